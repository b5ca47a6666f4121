//! Signals, and how the console ended.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{io, thread};

use crossterm::terminal;
use rustix::process::{Signal, kill_current_process_group};
use tokio::signal::unix;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::UnboundedSender;

use crate::console::model::message::Message;
use crate::threads;

/// Exit code of a panic, as in the standard library.
const PANICKED: u8 = 101;

/// How long a requested stop may take to happen. The system never stops a program without a shell to resume it.
const STOP: Duration = Duration::from_millis(100);

/// Whether a signal that ends the program has arrived.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Why the console ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The person quit.
    Quit,
    /// By the signal with this number; SIGHUP if the terminal is gone, with or without a signal.
    Signal(u8),
    /// A panic somewhere in the program, which was reported.
    Panicked,
}

impl Ended {
    /// The exit code: 128 plus the signal's number, as in a shell.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Signal(number) => 128_u8.saturating_add(number),
            Self::Panicked => PANICKED,
        }
    }

    /// Whether nobody is left to wait for the end.
    #[must_use]
    pub fn is_unwatched(self) -> bool {
        self == Self::Signal(number(Signal::HUP))
    }
}

/// The terminal is gone.
#[must_use]
pub fn hung_up() -> Ended {
    Ended::Signal(number(Signal::HUP))
}

/// A signal's number as used in exit codes.
#[must_use]
pub fn number(signal: Signal) -> u8 {
    u8::try_from(signal.as_raw()).unwrap_or(0)
}

/// Sends a message for each signal that ends the program, and for a new size of the terminal.
///
/// # Errors
/// The signal handlers cannot be installed.
pub fn listen(tx: &UnboundedSender<Message>) -> io::Result<()> {
    for ending in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let mut signals = signal(SignalKind::from_raw(ending.as_raw()))?;
        let tx = tx.clone();
        tokio::spawn(async move {
            let mut first = true;
            while signals.recv().await.is_some() {
                ENDING.store(true, Ordering::SeqCst);
                if std::mem::take(&mut first) {
                    end_in_any_case(ending);
                }
                let _ = tx.send(Message::Terminate(number(ending)));
            }
        });
    }
    let mut sizes = signal(SignalKind::window_change())?;
    let tx = tx.clone();
    tokio::spawn(async move {
        while sizes.recv().await.is_some() {
            if let Ok((columns, lines)) = terminal::size() {
                let _ = tx.send(Message::Resize(columns, lines));
            }
        }
    });
    Ok(())
}

/// Whether a signal is ending the program. A stop would prevent that.
#[must_use]
pub fn is_ending() -> bool {
    ENDING.load(Ordering::SeqCst)
}

/// Ends the program from a separate thread if it does not end otherwise: a terminal that accepts no more bytes, and
/// is not closed, blocks every writer.
fn end_in_any_case(ending: Signal) {
    let grace = match ending {
        Signal::HUP => Duration::from_millis(1900),
        Signal::TERM => Duration::from_secs(12),
        // The person who pressed it is present, and may be in a question or an editor.
        _ => return,
    };
    let end = move || {
        let _ = terminal::disable_raw_mode();
        std::process::exit((128_u8.saturating_add(number(ending))).into());
    };
    let waiting = threads::spawn("end", move || {
        thread::sleep(grace);
        end()
    });
    // Without a thread only the runtime can wait, which may be blocked itself.
    if waiting.is_err() {
        tokio::spawn(async move {
            tokio::time::sleep(grace).await;
            end()
        });
    }
}

/// An event of job control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobEvent {
    /// A stop is requested: Ctrl+Z in a program that uses the terminal, or SIGTSTP from outside.
    Stop,
    /// It was resumed.
    Resumed,
}

/// The signals by which a shell stops and resumes a job.
pub struct JobControl {
    stops: unix::Signal,
    resumes: unix::Signal,
}

impl JobControl {
    /// Listens from now on.
    ///
    /// # Errors
    /// The signal handlers cannot be installed.
    pub fn listen() -> io::Result<Self> {
        let listen = |number: Signal| signal(SignalKind::from_raw(number.as_raw()));
        Ok(Self { stops: listen(Signal::TSTP)?, resumes: listen(Signal::CONT)? })
    }

    /// The next of these signals. Several of one kind before the call count once.
    pub async fn next(&mut self) -> JobEvent {
        tokio::select! {
            biased;
            Some(()) = self.stops.recv() => JobEvent::Stop,
            Some(()) = self.resumes.recv() => JobEvent::Resumed,
            else => std::future::pending().await,
        }
    }

    /// Stops the program as Ctrl+Z does in a terminal: the whole process group stops, and the shell gets the
    /// terminal. Returns when it is resumed; at once if there is no shell to resume it.
    ///
    /// SIGTSTP has our handler, which shuts down the sender first, and a handler cannot be removed again. SIGTTOU
    /// stops a process by the same rules: never one that no shell could resume.
    pub async fn stop(&mut self) {
        if kill_current_process_group(Signal::TTOU).is_ok() {
            let _ = tokio::time::timeout(STOP, self.resumes.recv()).await;
        }
    }

    /// Discards pending stop requests: the stop that they asked for is over.
    pub async fn forget_stops(&mut self) {
        tokio::select! {
            biased;
            _ = self.stops.recv() => {}
            () = std::future::ready(()) => {}
        }
    }
}
