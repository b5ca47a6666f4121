//! What comes from the terminal: read by a thread that can be stopped, and that notices the end.

use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event, KeyEventKind};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::Signal;
use tokio::sync::mpsc::UnboundedSender;

use super::keys::Key;
use super::message::Message;
use super::pointer::Pointer;

/// How long what has begun to arrive may take to be whole.
const REST: Duration = Duration::from_millis(2);
/// How often nothing more must be heard before that is believed. crossterm looks at its clock before
/// it looks at the keys that it has read: where the system takes the processor away between the two
/// for as long as it may wait, it says that there are none, and they would lie there until the next.
const CERTAIN: usize = 3;
/// How long the thread may take to stop. It is at once, unless half a sequence of bytes is all that
/// ever came.
const STOP: Duration = Duration::from_millis(200);

/// The keyboard while it is read. Dropping stops the reading: then nothing takes keys from whoever
/// has the terminal next.
///
/// crossterm's own stream is not used: where the terminal is gone it reads without end, and it does
/// not tell when its thread has let go of the keyboard.
pub struct Keyboard {
    stop: Option<UnixStream>,
    stopped: Receiver<()>,
}

impl Keyboard {
    /// Reads the keyboard, and tells what comes as messages; the terminal's end as the hang-up that
    /// it is.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn read(tell: UnboundedSender<Message>) -> io::Result<Self> {
        let (stop, asked) = UnixStream::pair()?;
        let (end, stopped) = channel();
        thread::Builder::new().name("keyboard".to_owned()).spawn(move || run(&asked, &tell, end))?;
        Ok(Self { stop: Some(stop), stopped })
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        drop(self.stop.take());
        // The thread never sends: that its end is gone is the word.
        let _ = self.stopped.recv_timeout(STOP);
    }
}

fn run(asked: &UnixStream, tell: &UnboundedSender<Message>, _end: Sender<()>) {
    if read_all(asked, tell).is_err() {
        let hang_up = u8::try_from(Signal::HUP.as_raw()).unwrap_or(1);
        let _ = tell.send(Message::Terminate(hang_up));
    }
}

/// Reads until it is asked to stop. Waits without waking; an error is the terminal's end.
fn read_all(asked: &UnixStream, tell: &UnboundedSender<Message>) -> io::Result<()> {
    let terminal = rustix::stdio::stdin();
    loop {
        let mut waiting =
            [PollFd::new(&terminal, PollFlags::IN), PollFd::from_borrowed_fd(asked.as_fd(), PollFlags::IN)];
        match poll(&mut waiting, None) {
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        let (seen, stop) = (waiting[0].revents(), waiting[1].revents());
        if !stop.is_empty() {
            return Ok(());
        }
        if seen.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut nothing = 0;
        while nothing < CERTAIN {
            if !event::poll(REST)? {
                nothing += 1;
                continue;
            }
            nothing = 0;
            if let Some(message) = message(event::read()?)
                && tell.send(message).is_err()
            {
                return Ok(());
            }
        }
    }
}

fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Message::Key(Key::from(key))),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Mouse(mouse) => Pointer::from_terminal(mouse).map(Message::Pointer),
        // A new size comes as a signal: see `run`.
        _ => None,
    }
}
