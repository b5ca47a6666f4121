//! The status board of the sender, for observers.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::delivery::http::local_trouble::LocalTrouble;
use crate::delivery::sender_status::{InFlight, SenderRole, SenderStatus};
use crate::record::DeliveryId;
use crate::storage::{Fleet, QueueError};

/// The board. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Board {
    status: watch::Sender<SenderStatus>,
    troubles: Arc<Mutex<[Option<Trouble>; STEPS]>>,
}

/// A sentence, and whether its cause lasts until somebody fixes it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trouble {
    sentence: String,
    lasting: bool,
}

/// How many deliveries are listed at a time.
const NAMED: usize = 3;

/// The number of steps.
const STEPS: usize = 7;

/// Steps in which the storage may fail. Each failure is reported until the same step succeeds; of several, the first
/// in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Recording outcomes.
    Record,
    /// Finding due deliveries.
    Claim,
    /// Renewing the seat.
    Renew,
    /// Checking whether another process sends, and whether this one may and can.
    Permit,
    /// Another session is the active sender, and works.
    Standby,
    /// This session had the exclusive lock, and still has it.
    KeepLock,
    /// Making attempts: this machine lacks something for it.
    Attempt,
}

impl Step {
    fn failed(self, error: &QueueError) -> String {
        let what = match self {
            Self::Record => "cannot record attempts",
            Self::Claim => "cannot read due deliveries",
            Self::Renew => "cannot renew the right to send",
            Self::Permit => "not sending yet",
            Self::Standby => "not sending",
            Self::KeepLock => "this session stopped sending",
            Self::Attempt => "cannot send for now",
        };
        format!("{what}: {error}")
    }
}

impl Board {
    pub fn new() -> (Self, watch::Receiver<SenderStatus>) {
        let (status, watched) = watch::channel(SenderStatus::default());
        (Self { status, troubles: Arc::default() }, watched)
    }

    pub fn role(&self, role: SenderRole) {
        self.status.send_if_modified(|s| std::mem::replace(&mut s.role, role) != role);
    }

    /// The senders that share the slots.
    pub fn fleet(&self, fleet: &Fleet) {
        self.status.send_modify(|s| (s.senders, s.hosts) = (fleet.senders(), fleet.hosts()));
    }

    /// The failing step, while there is one.
    pub fn trouble(&self) -> Option<String> {
        self.status.borrow().trouble.clone()
    }

    /// Attempts that ended, and attempts that started, possibly of the same delivery.
    pub fn update(
        &self,
        ended: impl Iterator<Item = DeliveryId>,
        started: impl Iterator<Item = (DeliveryId, InFlight)>,
    ) {
        self.status.send_modify(|status| {
            for id in ended {
                status.in_flight.remove(&id);
            }
            status.in_flight.extend(started);
        });
    }

    /// Deliveries that could not be read have failed: these sentences say what, and why.
    pub fn unreadable(&self, sentences: Vec<String>) {
        if sentences.is_empty() {
            return;
        }
        self.status.send_modify(|status| {
            status.unreadable.all += sentences.len() as u64;
            status.unreadable.last = sentences.into_iter().take(NAMED).collect();
        });
    }

    /// There is no sender, for this reason.
    pub fn broken(&self, why: &dyn std::fmt::Display) {
        self.refused(format!("cannot send: {why}"));
    }

    /// There is no sender, as this sentence says.
    pub fn refused(&self, why: String) {
        self.status.send_modify(|status| {
            status.role = SenderRole::Stopped;
            status.trouble = Some(why);
            (status.lasting, status.failing, status.is_only_local) = (true, true, false);
        });
    }

    /// The sender ends, and this many outcomes are not on disk: their deliveries stay pending there.
    pub fn left_unrecorded(&self, outcomes: usize) {
        self.status.send_if_modified(|status| {
            if outcomes == 0 {
                return false;
            }
            (status.unrecorded, status.failing, status.is_only_local) = (outcomes, true, false);
            let in_time = || "cannot record attempts: the disk has not responded in time".to_owned();
            let trouble = status.trouble.get_or_insert_with(in_time);
            let stay =
                if outcomes == 1 { "1 delivery stays" } else { &format!("{outcomes} deliveries stay") };
            // Writing to a string cannot fail.
            let _ = write!(trouble, "; {stay} pending: attempts already made are repeated");
            true
        });
    }

    /// The sender ends, since this program is too old for the store.
    pub fn outdated(&self, why: &QueueError) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        let sentence = why.to_string();
        // It stays, whatever is recorded until the end.
        troubles[Step::KeepLock as usize] = Some(Trouble { sentence: sentence.clone(), lasting: true });
        self.status.send_modify(|status| {
            status.role = SenderRole::Stopped;
            (status.trouble, status.lasting) = (Some(sentence), true);
        });
    }

    /// Reports the result of a step, and returns it.
    pub fn report<T>(&self, step: Step, result: Result<T, QueueError>) -> Result<T, QueueError> {
        let trouble = result.as_ref().err().map(|error| Trouble {
            sentence: step.failed(error),
            lasting: matches!(error, QueueError::Lasting(_)),
        });
        self.set(step, trouble);
        result
    }

    /// This machine lacks something for making attempts, or no longer does.
    pub fn local(&self, trouble: Option<LocalTrouble>) {
        let sentence = |trouble| {
            format!("{trouble}: events stay queued and no attempt is counted; sending resumes automatically")
        };
        self.status.send_if_modified(|s| std::mem::replace(&mut s.local, trouble) != trouble);
        self.set(Step::Attempt, trouble.map(|t| Trouble { sentence: sentence(t), lasting: false }));
    }

    fn set(&self, step: Step, trouble: Option<Trouble>) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles[step as usize] = trouble;
        let first = troubles.iter().flatten().next();
        let (sentence, lasting) = (first.map(|t| &t.sentence), first.is_some_and(|t| t.lasting));
        // Those before it are of the store.
        let of_store = troubles.iter().take(Step::KeepLock as usize).any(Option::is_some);
        let failing = of_store || troubles[Step::Attempt as usize].is_some();
        let is_only_local = failing && !of_store;
        self.status.send_if_modified(|s| {
            let differs = s.trouble.as_ref() != sentence
                || (s.lasting, s.failing, s.is_only_local) != (lasting, failing, is_only_local);
            if differs {
                s.trouble = sentence.cloned();
                (s.lasting, s.failing, s.is_only_local) = (lasting, failing, is_only_local);
            }
            differs
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_lasts_until_its_own_step_succeeds() {
        let (board, watched) = Board::new();
        let trouble = || watched.borrow().trouble.clone();
        let failed =
            |step, why: &str| board.report::<()>(step, Err(QueueError::Passing(why.to_owned()))).unwrap_err();
        failed(Step::Claim, "no reader");
        let look = Some("cannot read due deliveries: no reader".to_owned());
        assert_eq!(trouble(), look);
        failed(Step::Record, "no room");
        assert_eq!(trouble().as_deref(), Some("cannot record attempts: no room"));
        board.report(Step::Record, Ok(())).unwrap();
        assert_eq!(trouble(), look, "recording says nothing about reading");
        board.report(Step::Claim, Ok(())).unwrap();
        assert_eq!(trouble(), None);
    }

    #[test]
    fn who_was_replaced_as_the_active_sender_does_not_fail_for_it() {
        let (board, watched) = Board::new();
        let fail = |step| board.report::<()>(step, Err(QueueError::Passing("gone".to_owned()))).unwrap_err();
        fail(Step::KeepLock);
        assert!(watched.borrow().trouble.is_some() && watched.borrow().failure().is_none());
        fail(Step::Permit);
        assert!(watched.borrow().failure().is_some());
        board.report(Step::Permit, Ok(())).unwrap();
        assert_eq!(watched.borrow().failure(), None);
        assert!(!watched.borrow().is_only_local);
        board.local(Some(LocalTrouble::NoRoute));
        assert!(watched.borrow().failure().is_some() && watched.borrow().is_only_local);
        fail(Step::Claim);
        assert!(!watched.borrow().is_only_local, "the store has trouble too");
        board.report(Step::Claim, Ok(())).unwrap();
        board.local(None);
        assert!(watched.borrow().failure().is_none() && !watched.borrow().is_only_local);
        board.refused("no network".to_owned());
        assert_eq!(watched.borrow().failure(), Some("no network"));
    }

    #[test]
    fn what_is_left_unrecorded_is_reported_with_its_reason() {
        let (board, watched) = Board::new();
        let trouble = || watched.borrow().trouble.clone();
        board.left_unrecorded(0);
        assert_eq!(trouble(), None);
        board.report::<()>(Step::Record, Err(QueueError::Passing("no room".to_owned()))).unwrap_err();
        let before = trouble().unwrap();
        board.left_unrecorded(0);
        assert_eq!(trouble().as_ref(), Some(&before));
        board.left_unrecorded(2);
        assert_eq!(
            trouble(),
            Some(format!("{before}; 2 deliveries stay pending: attempts already made are repeated"))
        );
    }

    #[test]
    fn what_is_no_news_wakes_nobody() {
        let (board, mut watched) = Board::new();
        watched.mark_unchanged();
        board.report(Step::Record, Ok(())).unwrap();
        board.role(SenderRole::Starting);
        assert!(!watched.has_changed().unwrap());
    }
}
