//! Starts the console and ends it: the loop itself stands in [`looping`](super::looping).

use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::watch;

use crate::delivery::{Limits, Sender, Transport};
use crate::profile::network::Network;
use crate::receiver::Receiver;
use crate::store::{Keep, Keeping, Store};

use super::looping::Console;
use super::message::Message;
use super::outside::{Outside, outbox};
use super::signals::{self, Ended};
use super::state::{Notice, Settings, State};
use super::terminal::Screen;

/// How often changes of the store are looked at, at most.
const NEWS: Duration = Duration::from_millis(50);
/// How long the end may take without a word.
const PATIENCE: Duration = Duration::from_millis(300);
/// How long what is left to write may take at the end.
const LAST_WORK: Duration = Duration::from_secs(5);
/// How long all of the end may take where the terminal is gone and nobody waits for it. What is
/// being sent then is sent again.
const UNWATCHED: Duration = Duration::from_millis(1200);

/// What the console needs to run.
pub struct Start {
    /// The database.
    pub store: Store,
    /// What is set.
    pub settings: Settings,
    /// Whether clicks and the wheel come to the console from the start.
    pub mouse: bool,
    /// A receiver that runs already.
    pub receiver: Option<Receiver>,
    /// How long the log is kept.
    pub keep: Keep,
    /// A sentence to begin with, such as what is wrong with the settings.
    pub notice: Option<Notice>,
}

/// How a console ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What ended it.
    pub ended: Ended,
    /// What the storage failed at until the end, and what stays pending for that: a sentence that
    /// stands by itself.
    pub trouble: Option<String>,
}

impl Left {
    /// The exit code: that of what ended it, and 1 for who quits in trouble.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self.ended {
            Ended::Quit => self.trouble.is_some().into(),
            ended => ended.code(),
        }
    }
}

/// Runs the console until the person quits or something ends it. What is pending stays queued.
///
/// # Errors
/// The terminal cannot be used.
pub async fn run(start: Start) -> io::Result<Left> {
    let (tell, messages) = mpsc::unbounded_channel();
    let (ask, effects) = mpsc::unbounded_channel();
    // Before the terminal is taken, so that no signal finds it taken and nobody to give it back.
    signals::listen(&tell)?;
    let screen = Screen::take(tell.clone())?;
    let mut state = State::new(start.settings, screen.size()?, Timestamp::now());
    if let Some(receiver) = &start.receiver {
        state.receiver.address = Some(receiver.addr().to_string());
        state.receiver.behaviour = receiver.behaviour();
    }
    state.notice = start.notice;
    state.mouse.turn(start.mouse);
    let region = state.settings.region;
    let network = state.settings.rules.network.clone().unwrap_or_default();
    let mut console = Console::new(screen, state, ask, tell.clone())?;
    console.show()?;
    let outside = Outside::new(start.store.clone(), region, tell.clone(), start.receiver);
    let outside = tokio::spawn(outside.run(effects));
    let sender = start_sender(&start.store, network, &tell);
    let sending = sender.sending();
    let keeping = Keeping::start(start.store.clone(), start.keep, sending.clone());
    let news = tokio::spawn(pass_on(start.store.changes(), tell.clone(), |_| Message::StoreChanged));
    let ended = console.run(messages).await;
    drop(console);
    news.abort();
    drop(keeping);
    let finish = async {
        let _ = tokio::time::timeout(LAST_WORK, outside).await;
        sender.stop().await;
    };
    if ended.as_ref().is_ok_and(|ended| ended.is_unwatched()) {
        let _ = tokio::time::timeout(UNWATCHED, finish).await;
    } else {
        tokio::select! {
            () = finish => {}
            () = tell_of_waiting() => {}
        }
    }
    let trouble = sending.borrow().trouble.clone();
    ended.map(|ended| Left { ended, trouble })
}

/// Says what is waited for, once it takes a while; ends when the person will not wait.
async fn tell_of_waiting() {
    tokio::time::sleep(PATIENCE).await;
    // Not `eprintln`, which panics where nobody can read it.
    let _ = io::Write::write_all(
        &mut io::stderr(),
        b"ringback: what is being sent gets 5 s to end; Ctrl+C ends at once, and it is sent again\n",
    );
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn start_sender(store: &Store, network: Arc<Network>, tell: &UnboundedSender<Message>) -> Sender {
    let sender = Sender::start(outbox(store), Transport::new(network), Limits::default());
    tokio::spawn(pass_on(sender.sending(), tell.clone(), |s| Message::Sending(s.clone())));
    sender
}

/// Tells each change as a message, the last one always, and at most one in [`NEWS`].
async fn pass_on<T>(
    mut changes: watch::Receiver<T>,
    tell: UnboundedSender<Message>,
    message: impl Fn(&T) -> Message,
) {
    loop {
        let news = message(&changes.borrow_and_update());
        if tell.send(news).is_err() {
            return;
        }
        tokio::time::sleep(NEWS).await;
        if changes.changed().await.is_err() {
            return;
        }
    }
}
