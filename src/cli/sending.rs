//! The sender of a command that waits for what is sent: its start, its news, its end.

use std::time::Instant;

use tokio::sync::watch;

use super::error::CommandError;
use super::interrupt::Interrupts;
use super::output::tell;
use crate::delivery::{LocalTrouble, Role, Sender, Sending, Unreadable};
use crate::record::DeliveryId;
use crate::storage::{ClockDoubt, UpkeepTrouble};

/// Reports the state of the sender, each change once.
#[derive(Debug)]
pub struct News {
    sending: watch::Receiver<Sending>,
    /// Whether another session sends; none while that is not known.
    elsewhere: Option<bool>,
    trouble: Option<String>,
    /// How many unreadable deliveries were reported.
    unreadable: u64,
    log: watch::Receiver<Option<UpkeepTrouble>>,
    /// The last report of why the write-ahead log cannot shrink.
    log_pinned: Option<String>,
}

impl News {
    /// Of a sender, and of the database that it sends from.
    pub fn of(sender: &Sender, log: watch::Receiver<Option<UpkeepTrouble>>) -> Self {
        let (sending, trouble) = (sender.sending(), None);
        Self { sending, elsewhere: None, trouble, unreadable: 0, log, log_pinned: None }
    }

    /// Waits until the sender does something else.
    ///
    /// # Errors
    /// The sender has ended, although nobody has stopped it.
    pub async fn changed(&mut self) -> Result<(), CommandError> {
        let gone = tokio::select! {
            biased;
            changed = self.sending.changed() => changed.is_err(),
            Ok(()) = self.log.changed() => false,
        };
        let sending = self.sending.borrow();
        if !gone && sending.role != Role::Stopped {
            return Ok(());
        }
        let why = sending.trouble.clone();
        Err(CommandError::SenderEnded(why.unwrap_or_else(|| "it stopped unexpectedly".to_owned())))
    }

    /// Whether this session cannot do its work, as of now.
    pub fn is_failing(&self) -> bool {
        self.sending.borrow().failure().is_some()
    }

    /// The problem that keeps this session from sending until somebody fixes it, if there is one. The caller
    /// reports it.
    pub fn lasting(&mut self) -> Option<String> {
        let sending = self.sending.borrow();
        let why = sending.trouble.clone().filter(|_| sending.lasting)?;
        self.trouble = Some(why.clone());
        Some(why)
    }

    /// The resource that this machine lacks for sending, while it does.
    pub fn local(&self) -> Option<LocalTrouble> {
        self.sending.borrow().local
    }

    /// Attempts in flight in this process.
    pub fn under_way(&self) -> usize {
        self.sending.borrow().in_flight.len()
    }

    /// Whether an attempt of this delivery is in flight in this process.
    pub fn is_under_way(&self, id: DeliveryId) -> bool {
        self.sending.borrow().in_flight.contains_key(&id)
    }

    /// Whether another session sends, and the storage's trouble, where these are news. `instead` says
    /// what becomes of this command while another sends.
    pub fn next(&mut self, instead: &str) -> Vec<String> {
        let (role, trouble, unreadable) = {
            let sending = self.sending.borrow_and_update();
            (sending.role, sending.trouble.clone(), sending.unreadable.clone())
        };
        let mut news = Vec::new();
        match role {
            Role::Watches(pid) if self.elsewhere != Some(true) => {
                self.elsewhere = Some(true);
                let pid = pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default();
                news.push(format!("another session{pid} is the active sender: {instead}"));
            }
            Role::Sends if self.elsewhere.replace(false) == Some(true) => {
                news.push("the active sender has stopped: this session is sending now".to_owned());
            }
            _ => {}
        }
        if trouble != self.trouble {
            news.extend(trouble.clone());
            self.trouble = trouble;
        }
        news.extend(self.passed_over(&unreadable));
        news.extend(self.log_news());
        news
    }
}

impl News {
    /// That the write-ahead log cannot shrink, or that it can again.
    fn log_news(&mut self) -> Option<String> {
        let pinned = self.log.borrow_and_update().as_ref().map(ToString::to_string);
        if pinned == self.log_pinned {
            return None;
        }
        self.log_pinned = pinned;
        let note = self.log_pinned.as_ref().map(|why| format!("note: {why}"));
        Some(note.unwrap_or_else(|| "the write-ahead log can shrink again".to_owned()))
    }

    /// Unreadable deliveries since the last report.
    fn passed_over(&mut self, unreadable: &Unreadable) -> Vec<String> {
        let new = unreadable.all - std::mem::replace(&mut self.unreadable, unreadable.all);
        let told = unreadable.last.len().min(usize::try_from(new).unwrap_or(usize::MAX));
        let mut notes: Vec<String> =
            unreadable.last[..told].iter().map(|sentence| format!("note: {sentence}")).collect();
        let more = new.saturating_sub(told as u64);
        if more > 0 {
            notes.push(format!("note: {more} more cannot be read and have failed"));
        }
        notes
    }
}

/// Waits until something was committed, and a look may be taken.
pub async fn look_due(changes: &mut watch::Receiver<u64>, next: Instant) {
    // In this order nothing is lost when another thing happens first.
    tokio::time::sleep_until(next.into()).await;
    if changes.changed().await.is_err() {
        // The database was closed: nothing more is committed.
        std::future::pending::<()>().await;
    }
}

/// Stops a sender after a signal. Requests in flight get five seconds; a second signal aborts them. Returns
/// what [`stop`] returns.
pub async fn stop_when_interrupted(sender: Sender, interrupts: &mut Interrupts) -> Option<String> {
    tell("ringback: stopping; waiting up to 5 s for requests in flight (Ctrl+C again to abort)");
    stop(sender, interrupts).await
}

/// Ends a sender whose work for this command is done: other requests in flight get five seconds, and a signal
/// aborts them. Nothing is lost then: they stay queued. Returns what [`stop`] returns.
pub async fn stop_when_done(
    sender: Sender,
    interrupts: &mut Interrupts,
    own: impl Fn(DeliveryId) -> bool,
) -> Option<String> {
    let others = sender.sending().borrow().in_flight.keys().filter(|id| !own(**id)).count();
    if others > 0 {
        let requests = if others == 1 { "request" } else { "requests" };
        tell(&format!(
            "ringback: stopping; waiting up to 5 s for {others} other {requests} in flight (Ctrl+C to abort)"
        ));
    }
    stop(sender, interrupts).await
}

/// Ends a sender; a signal cuts it off. Gives the sentence that attempts were made and could not be
/// recorded, where that is so: the command has failed then.
pub async fn stop(sender: Sender, interrupts: &mut Interrupts) -> Option<String> {
    let sending = sender.sending();
    tokio::select! {
        () = sender.stop() => {}
        _ = interrupts.next() => {}
    }
    let sending = sending.borrow();
    sending.trouble.clone().filter(|_| sending.unrecorded > 0)
}

/// Reports that nothing is removed from the log by age.
pub fn warn_of_clock(doubt: ClockDoubt) {
    tell(&format!("ringback: {doubt}"));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::delivery::{Limits, Transport};
    use crate::record::{JobRef, Outcome};
    use crate::storage::{Claimed, ClockSource, Demand, Queue, QueueError, Standby, Wakeup};

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
    async fn a_sender_that_panicked_ends_whoever_waits_for_it() {
        let sender = Sender::start(Arc::new(Buggy), Transport::new(Arc::default()), Limits::default());
        let mut news = News::of(&sender, watch::channel(None).1);
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
