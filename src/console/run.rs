//! Starts and ends the console: the loop itself is in `terminal/event_loop.rs`.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::alerting::AlertTargets;
use crate::console::effects::{Runner, system};
use crate::console::model::message::Message;
use crate::console::model::notice::Notice;
use crate::console::model::settings::ConsoleSettings;
use crate::console::model::state::State;
use crate::console::pass_on::pass_on;
use crate::console::terminal::event_loop::Console;
use crate::console::terminal::program::private_file;
use crate::console::terminal::screen::Screen;
use crate::console::terminal::session_sender::{self, SessionSender};
use crate::console::terminal::signals::{self, Ended, JobControl};
use crate::receiver::{KeptRequests, Receiver};
use crate::settings::Addresses;
use crate::storage::{Opened, RetentionPolicy, Storage, UpkeepTrouble};
use crate::text::escape_controls;
use crate::{clock, threads};

/// How long the remaining writes may take at the end.
const LAST_WORK: Duration = Duration::from_secs(5);

/// How long the whole shutdown may take if the terminal is gone and nobody waits for it. Requests in flight then are
/// repeated.
const UNWATCHED: Duration = Duration::from_millis(1200);

/// The parts of a console.
pub struct Start {
    /// The store.
    pub store: Opened,
    /// The settings.
    pub settings: ConsoleSettings,
    /// Whether the mouse is captured from the start.
    pub mouse: bool,
    /// A receiver that is already running.
    pub receiver: Option<Receiver>,
    /// Where received requests are kept over a restart, if they are.
    pub kept: Option<PathBuf>,
    /// Which addresses may be dialled; or that this is unknown, so that nothing is sent.
    pub addresses: Addresses,
    /// The retention of the log.
    pub keep: RetentionPolicy,
    /// Where alerts are given to, if anywhere.
    pub alerts: Option<AlertTargets>,
    /// A notice to start with, such as errors in the settings.
    pub notice: Option<Notice>,
}

/// How a console ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleExit {
    /// The cause of the end.
    pub ended: Ended,
    /// The storage error at the end, and which deliveries stay pending because of it: a complete sentence.
    pub trouble: Option<String>,
}

impl ConsoleExit {
    /// The exit code: that of the cause, or 1 when quitting with a storage error.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self.ended {
            Ended::Quit => self.trouble.is_some().into(),
            ended => ended.code(),
        }
    }
}

/// Runs the console until the person quits or something ends it. Pending deliveries stay queued.
///
/// # Errors
/// The terminal cannot be used.
pub async fn run(start: Start) -> io::Result<ConsoleExit> {
    let (tx, messages) = mpsc::unbounded_channel();
    let (ask, requests) = mpsc::unbounded_channel();
    // Before the terminal is taken over, so that every signal restores it.
    signals::listen(&tx)?;
    let job = JobControl::listen()?;
    let screen = Screen::acquire(tx.clone())?;
    let mut state = State::new(start.settings, screen.size()?, clock::now());
    if let Some(receiver) = &start.receiver {
        state.receiver.address = Some(receiver.addr().to_string());
        state.receiver.behaviour = receiver.behaviour();
    }
    state.notice = start.notice;
    state.closed = start.addresses.closed();
    state.mouse.turn(start.mouse);
    let region = state.settings.region;
    let mut console = Console::new(screen, job, state, ask, tx.clone())?;
    console.show()?;
    drop(threads::blocking(private_file::sweep));
    let environment = system::environment(start.receiver, start.kept.clone(), tx.clone());
    if let Some(file) = start.kept {
        tokio::spawn(earlier_requests(file, tx.clone()));
    }
    let effects = Runner::new(start.store.storage(), region, environment, tx.clone());
    let effects = tokio::spawn(effects.run(requests));
    let mut sender =
        SessionSender::start(start.store.clone(), start.addresses, start.keep, start.alerts, tx.clone());
    let news = tokio::spawn(pass_on(start.store.changes(), tx.clone(), |_| Message::StoreChanged));
    let log = store_upkeep(&*start.store, &tx);
    let ended = console.run(messages, &mut sender).await;
    drop(console);
    news.abort();
    log.abort();
    let finish = async {
        let _ = tokio::time::timeout(LAST_WORK, effects).await;
        sender.stop().await;
    };
    if ended.as_ref().is_ok_and(|ended| ended.is_unwatched()) {
        let _ = tokio::time::timeout(UNWATCHED, finish).await;
    } else {
        tokio::select! {
            () = finish => {}
            () = session_sender::wait_for_impatience() => {}
        }
    }
    ended.map(|ended| ConsoleExit { ended, trouble: sender.failure() })
}

/// Reads the requests that earlier receivers have kept.
async fn earlier_requests(file: PathBuf, tx: mpsc::UnboundedSender<Message>) {
    let name = escape_controls(&file.to_string_lossy());
    let message = match threads::blocking(move || KeptRequests::at(file).read()).await {
        Ok(Ok(requests)) => Message::EarlierRequests(requests),
        Ok(Err(why)) => {
            Message::Warning(format!("Earlier requests of the receiver cannot be read: {name}: {why}"))
        }
        // No thread: reported for everything else too.
        Err(_) => return,
    };
    // The console may have ended.
    let _ = tx.send(message);
}

/// Passes on what prevents maintenance of the store.
fn store_upkeep(store: &dyn Storage, tx: &mpsc::UnboundedSender<Message>) -> JoinHandle<()> {
    let sentence =
        |trouble: &Option<UpkeepTrouble>| Message::LogPinned(trouble.as_ref().map(ToString::to_string));
    tokio::spawn(pass_on(store.upkeep(), tx.clone(), sentence))
}
