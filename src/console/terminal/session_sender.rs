//! The sender of this session. It is shut down while the console is suspended: a stopped process holding the lock
//! would prevent every other session from sending, and its requests in flight would time out.

use std::io;
use std::io::Write as _;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use crate::alerting::{AlertTargets, AlertTask};
use crate::console::model::message::Message;
use crate::console::pass_on::pass_on;
use crate::delivery::{Limits, OutcomeStream, RetentionTask, Sender, SenderStatus, Transport};
use crate::settings::Addresses;
use crate::storage::{ClockDoubt, Opened, RetentionPolicy};

/// How long a shutdown may take before it is mentioned.
const PATIENCE: Duration = Duration::from_millis(300);

/// What the sender does beside sending. Dropping it ends that.
struct SenderTasks {
    _retention: RetentionTask,
    _alerts: Option<AlertTask>,
}

/// The sender, and everything that depends on it.
pub struct SessionSender {
    store: Opened,
    addresses: Addresses,
    keep: RetentionPolicy,
    alerts: Option<AlertTargets>,
    tx: UnboundedSender<Message>,
    running: Option<(Sender, SenderTasks)>,
    status: watch::Receiver<SenderStatus>,
}

impl SessionSender {
    /// Starts sending as soon as no other session does. Needs a tokio runtime.
    #[must_use]
    pub fn start(
        store: Opened,
        addresses: Addresses,
        keep: RetentionPolicy,
        alerts: Option<AlertTargets>,
        tx: UnboundedSender<Message>,
    ) -> Self {
        let (running, status) = started(&store, &addresses, keep, alerts.clone(), &tx);
        Self { store, addresses, keep, alerts, tx, running: Some(running), status }
    }

    /// Starts again after [`SessionSender::stop`].
    pub fn resume(&mut self) {
        if self.running.is_none() {
            let alerts = self.alerts.clone();
            let (running, status) = started(&self.store, &self.addresses, self.keep, alerts, &self.tx);
            (self.running, self.status) = (Some(running), status);
        }
    }

    /// Starts no new attempts, waits up to five seconds for requests in flight, and lets the next session send.
    pub async fn stop(&mut self) {
        if let Some((sender, tasks)) = self.running.take() {
            drop(tasks);
            sender.stop().await;
        }
    }

    /// The current problem of this session's sender, if there is one.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.status.borrow().failure().map(str::to_owned)
    }
}

fn started(
    store: &Opened,
    addresses: &Addresses,
    keep: RetentionPolicy,
    alerts: Option<AlertTargets>,
    tx: &UnboundedSender<Message>,
) -> ((Sender, SenderTasks), watch::Receiver<SenderStatus>) {
    let sender = match addresses.closed() {
        None => Sender::start_on(
            store,
            Transport::new(addresses.for_checks()),
            Limits::default(),
            OutcomeStream::default(),
        ),
        Some(why) => Sender::refused(why),
    };
    let status = sender.status();
    tokio::spawn(pass_on(status.clone(), tx.clone(), |s| Message::SenderStatus(s.clone())));
    let warned = tx.clone();
    // Sending fails only if the console has ended.
    let doubted = move |doubt: ClockDoubt| drop(warned.send(Message::Warning(doubt.to_string())));
    let retention = RetentionTask::start(store.storage(), keep, status.clone(), doubted);
    let warned = tx.clone();
    let failed = move |why: &str| drop(warned.send(Message::Warning(why.to_owned())));
    let start = |targets| AlertTask::start(store.storage(), targets, status.clone(), failed);
    ((sender, SenderTasks { _retention: retention, _alerts: alerts.map(start) }), status)
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
