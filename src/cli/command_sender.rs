//! The sender of a command that waits for deliveries: start, status, end.

use std::time::Instant;

use tokio::sync::watch;

use super::error::CommandError;
use super::interrupt::{Interrupts, again};
use super::output::eprint_line;
use crate::delivery::{LocalTrouble, Sender, SenderRole, SenderStatus, Unreadable};
use crate::record::DeliveryId;
use crate::storage::{ClockDoubt, Opened, UpkeepTrouble};

/// What becomes of deliveries that a command leaves pending once its own sender has left.
pub async fn what_becomes_of_pending(store: &Opened) -> &'static str {
    match store.senders().await {
        // An aborted sender of this process may not have left yet.
        Ok(senders) if senders.iter().any(|sender| !sender.is_own()) => "other senders continue",
        // Whoever sends would be an advantage, but nobody is known to.
        Ok(_) | Err(_) => "run `ringback work` to continue",
    }
}

/// Reports the status of the sender, each change once.
#[derive(Debug)]
pub struct SenderReports {
    status: watch::Receiver<SenderStatus>,
    /// Whether another session is the active sender; none while unknown.
    elsewhere: Option<bool>,
    trouble: Option<String>,
    /// How many unreadable deliveries were reported.
    unreadable: u64,
    log: watch::Receiver<Option<UpkeepTrouble>>,
    /// The last report of why the write-ahead log cannot shrink.
    log_pinned: Option<String>,
}

impl SenderReports {
    /// The status of a sender, and of its database.
    pub fn of(sender: &Sender, log: watch::Receiver<Option<UpkeepTrouble>>) -> Self {
        let (status, trouble) = (sender.status(), None);
        Self { status, elsewhere: None, trouble, unreadable: 0, log, log_pinned: None }
    }

    /// Waits until the status of the sender changes.
    ///
    /// # Errors
    /// The sender has ended unexpectedly.
    pub async fn changed(&mut self) -> Result<(), CommandError> {
        let gone = tokio::select! {
            biased;
            changed = self.status.changed() => changed.is_err(),
            Ok(()) = self.log.changed() => false,
        };
        let status = self.status.borrow();
        if !gone && status.role != SenderRole::Stopped {
            return Ok(());
        }
        let why = status.trouble.clone();
        // It is reported as the error.
        self.trouble.clone_from(&why);
        Err(CommandError::SenderEnded(why.unwrap_or_else(|| "it stopped unexpectedly".to_owned())))
    }

    /// Waits until there is trouble that was not reported yet, or the sender has recovered from what was; for ever
    /// without a sender.
    pub fn trouble_changed(of: Option<&Self>) -> impl Future<Output = ()> + use<> {
        let sender = of.map(|reports| (reports.status.clone(), reports.trouble.clone()));
        async move {
            match sender {
                // Where the sender has ended, that is reported.
                Some((mut status, reported)) => {
                    drop(status.wait_for(|status| status.trouble != reported).await);
                }
                None => std::future::pending().await,
            }
        }
    }

    /// Whether this session cannot send at the moment.
    pub fn is_failing(&self) -> bool {
        self.status.borrow().failure().is_some()
    }

    /// The problem that prevents this session from sending until somebody fixes it, if there is one. The caller
    /// reports it.
    pub fn lasting(&mut self) -> Option<String> {
        let status = self.status.borrow();
        let why = status.trouble.clone().filter(|_| status.lasting)?;
        self.trouble = Some(why.clone());
        Some(why)
    }

    /// The resource that this machine lacks for sending, if any.
    pub fn local(&self) -> Option<LocalTrouble> {
        self.status.borrow().local
    }

    /// Attempts in flight in this process.
    pub fn in_flight(&self) -> usize {
        self.status.borrow().in_flight.len()
    }

    /// Whether an attempt of this delivery is in flight in this process.
    pub fn is_in_flight(&self, id: DeliveryId) -> bool {
        self.status.borrow().in_flight.contains_key(&id)
    }

    /// Whether another session is the active sender, and storage errors, if these have changed. `instead` says what
    /// this command does while another session sends.
    pub fn next(&mut self, instead: &str) -> Vec<String> {
        let (role, trouble, unreadable) = {
            let status = self.status.borrow_and_update();
            (status.role, status.trouble.clone(), status.unreadable.clone())
        };
        let mut news = Vec::new();
        match role {
            SenderRole::Standby(pid) if self.elsewhere != Some(true) => {
                self.elsewhere = Some(true);
                let pid = pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default();
                news.push(format!("another session{pid} is the active sender: {instead}"));
            }
            SenderRole::Active if self.elsewhere.replace(false) == Some(true) => {
                news.push("the active sender has stopped: this session is sending now".to_owned());
            }
            _ => {}
        }
        if trouble != self.trouble {
            news.push(trouble.clone().unwrap_or_else(|| "sender recovered".to_owned()));
            self.trouble = trouble;
        }
        news.extend(self.passed_over(&unreadable));
        news.extend(self.log_news());
        news
    }
}

impl SenderReports {
    /// Reports that the write-ahead log cannot shrink, or can again.
    fn log_news(&mut self) -> Option<String> {
        let pinned = self.log.borrow_and_update().as_ref().map(ToString::to_string);
        if pinned == self.log_pinned {
            return None;
        }
        self.log_pinned = pinned;
        let note = self.log_pinned.as_ref().map(|why| format!("note: {why}"));
        Some(note.unwrap_or_else(|| "the write-ahead log can shrink again".to_owned()))
    }

    /// Reports unreadable deliveries since the last report.
    fn passed_over(&mut self, unreadable: &Unreadable) -> Vec<String> {
        let new = unreadable.all - std::mem::replace(&mut self.unreadable, unreadable.all);
        let reported = unreadable.last.len().min(usize::try_from(new).unwrap_or(usize::MAX));
        let mut notes: Vec<String> =
            unreadable.last[..reported].iter().map(|sentence| format!("note: {sentence}")).collect();
        let more = new.saturating_sub(reported as u64);
        if more > 0 {
            notes.push(format!("note: {more} more cannot be read and have failed"));
        }
        notes
    }
}

/// Waits until something was committed, and a poll is due.
pub async fn poll_due(changes: &mut watch::Receiver<u64>, next: Instant) {
    // In this order no notification is lost if something else happens first.
    tokio::time::sleep_until(next.into()).await;
    if changes.changed().await.is_err() {
        // The database was closed: there are no more commits.
        std::future::pending::<()>().await;
    }
}

/// Stops a sender after a signal. Requests in flight get five seconds; a second signal aborts them. `code` is the
/// exit code of the signal. Returns
/// what [`stop`] returns.
pub async fn stop_when_interrupted(sender: Sender, interrupts: &mut Interrupts, code: u8) -> Option<String> {
    let again = again(code);
    eprint_line(&format!("ringback: stopping; waiting up to 5 s for requests in flight ({again} to abort)"));
    stop(sender, interrupts).await
}

/// Ends a sender whose work for this command is done: other requests in flight get five seconds, and a signal aborts
/// them. No delivery is lost: they stay queued. Returns what [`stop`] returns.
pub async fn stop_when_done(
    sender: Sender,
    interrupts: &mut Interrupts,
    own: impl Fn(DeliveryId) -> bool,
) -> Option<String> {
    let others = sender.status().borrow().in_flight.keys().filter(|id| !own(**id)).count();
    if others > 0 {
        let requests = if others == 1 { "request" } else { "requests" };
        eprint_line(&format!(
            "ringback: stopping; waiting up to 5 s for {others} other {requests} in flight (Ctrl+C to abort)"
        ));
    }
    stop(sender, interrupts).await
}

/// Ends a sender; a signal aborts requests in flight. Returns an error sentence if attempts were made and could not
/// be recorded: then the command has failed.
pub async fn stop(sender: Sender, interrupts: &mut Interrupts) -> Option<String> {
    let status = sender.status();
    tokio::select! {
        () = sender.stop() => {}
        _ = interrupts.next() => {}
    }
    let status = status.borrow();
    status.trouble.clone().filter(|_| status.unrecorded > 0)
}

/// Reports that retention by age is suspended.
pub fn warn_of_clock(doubt: ClockDoubt) {
    eprint_line(&format!("ringback: {doubt}"));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::delivery::{Limits, Transport};
    use crate::record::{JobRef, Outcome};
    use crate::storage::{Claimed, ClockSource, Demand, Lease, Queue, QueueError, Standby, Store, Wakeup};

    /// A storage with a bug.
    struct Buggy;

    #[allow(clippy::panic, reason = "that is the bug")]
    impl Queue for Buggy {
        type Seat = ();

        async fn join(&self, _: impl FnMut(Standby) + Send) -> Result<(), QueueError> {
            panic!("a bug, made for a test")
        }

        async fn leave(&self, (): ()) -> Result<(), QueueError> {
            Ok(())
        }

        async fn claim(&self, _: Demand) -> Result<Claimed, QueueError> {
            Ok(Claimed::default())
        }

        async fn release(&self, _: &[JobRef]) -> Result<(), QueueError> {
            Ok(())
        }

        async fn record(&self, _: Arc<[Outcome]>) -> Result<Vec<JobRef>, QueueError> {
            Ok(Vec::new())
        }

        fn wakeups(&self) -> watch::Receiver<Wakeup> {
            watch::channel(Wakeup::default()).1
        }

        fn clock(&self) -> ClockSource {
            ClockSource::Sender
        }

        async fn shift(&self, _: SignedDuration, _: Timestamp) -> Result<(), QueueError> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_sender_of_this_process_does_not_continue() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let store = Opened::from(Store::open(&file).unwrap());
        let lease = Lease::try_take(&file).unwrap().unwrap();
        assert_eq!(store.senders().await.unwrap().len(), 1, "it has not left yet");
        assert_eq!(what_becomes_of_pending(&store).await, "run `ringback work` to continue");
        drop(lease);
    }

    #[tokio::test]
    async fn a_panic_of_the_sender_ends_the_wait_for_it() {
        let sender = Sender::start(Arc::new(Buggy), Transport::new(Arc::default()), Limits::default());
        let mut news = SenderReports::of(&sender, watch::channel(None).1);
        let error = loop {
            if let Err(error) = news.changed().await {
                break error;
            }
        };
        assert_eq!(error.code(), crate::cli::error::FAILED);
        assert!(error.to_string().contains("cannot send: the sender has panicked"), "{error}");
        sender.stop().await;
    }
}
