//! The sender of this session. It is shut down while the console is suspended: a stopped process holding the lock
//! would prevent every other session from sending, and its requests in flight would time out.

use std::io;
use std::io::Write as _;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use crate::console::model::message::Message;
use crate::console::pass_on::pass_on;
use crate::delivery::{Keeping, Limits, OutcomeStream, Sender, Sending, Transport};
use crate::settings::Addresses;
use crate::storage::{ClockDoubt, Opened, RetentionPolicy};

/// How long a shutdown may take before it is mentioned.
const PATIENCE: Duration = Duration::from_millis(300);

/// The sender, and everything that depends on it.
pub struct SessionSender {
    store: Opened,
    addresses: Addresses,
    keep: RetentionPolicy,
    tell: UnboundedSender<Message>,
    running: Option<(Sender, Keeping)>,
    sending: watch::Receiver<Sending>,
}

impl SessionSender {
    /// Starts sending as soon as no other session does. Needs a tokio runtime.
    #[must_use]
    pub fn start(
        store: Opened,
        addresses: Addresses,
        keep: RetentionPolicy,
        tell: UnboundedSender<Message>,
    ) -> Self {
        let (running, sending) = started(&store, &addresses, keep, &tell);
        Self { store, addresses, keep, tell, running: Some(running), sending }
    }

    /// Starts again after [`SessionSender::stop`].
    pub fn resume(&mut self) {
        if self.running.is_none() {
            let (running, sending) = started(&self.store, &self.addresses, self.keep, &self.tell);
            (self.running, self.sending) = (Some(running), sending);
        }
    }

    /// Starts no new attempts, waits up to five seconds for requests in flight, and lets the next session send.
    pub async fn stop(&mut self) {
        if let Some((sender, keeping)) = self.running.take() {
            drop(keeping);
            sender.stop().await;
        }
    }

    /// The current problem of this session's sender, if there is one.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.sending.borrow().failure().map(str::to_owned)
    }
}

fn started(
    store: &Opened,
    addresses: &Addresses,
    keep: RetentionPolicy,
    tell: &UnboundedSender<Message>,
) -> ((Sender, Keeping), watch::Receiver<Sending>) {
    let sender = match addresses.closed() {
        None => Sender::start_on(
            store,
            Transport::new(addresses.to_judge()),
            Limits::default(),
            OutcomeStream::default(),
        ),
        Some(why) => Sender::refused(why),
    };
    let sending = sender.sending();
    tokio::spawn(pass_on(sending.clone(), tell.clone(), |s| Message::Sending(s.clone())));
    let warned = tell.clone();
    // Sending fails only if the console has ended.
    let doubted = move |doubt: ClockDoubt| drop(warned.send(Message::Warning(doubt.to_string())));
    let keeping = Keeping::start(store.storage(), keep, sending.clone(), doubted);
    ((sender, keeping), sending)
}

/// Says what the program waits for, once it takes a while; returns when the person presses Ctrl+C.
#[expect(clippy::disallowed_methods, reason = "a constant text")]
pub async fn wait_for_impatience() {
    // Listens from now on: Ctrl+C may be pressed before the sentence appears.
    let mut interrupts = signal(SignalKind::interrupt()).ok();
    let interrupted = async {
        match &mut interrupts {
            Some(interrupts) => drop(interrupts.recv().await),
            None => std::future::pending().await,
        }
    };
    tokio::pin!(interrupted);
    tokio::select! {
        () = &mut interrupted => return,
        () = tokio::time::sleep(PATIENCE) => {}
    }
    // Not `eprintln`, which panics if standard error is closed.
    let _ = io::stderr().write_all(
        b"ringback: waiting up to 5 s for requests in flight; Ctrl+C ends at once, and they are repeated\n",
    );
    interrupted.await;
}
