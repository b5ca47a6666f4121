//! A bulk retry or resend.

use std::time::Duration;

use jiff::Timestamp;

use crate::record::BulkId;
use crate::storage::log::counts::Counts;

/// A bulk action that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBulkAction {
    /// Its id.
    pub id: BulkId,
    /// When it begins.
    pub begun_at: Timestamp,
    /// Which deliveries it is about, in words.
    pub what: String,
    /// How many of them there are.
    pub wanted: u64,
}

/// A bulk action, and the states of its deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkAction {
    /// Its id.
    pub id: BulkId,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it changed something last.
    pub changed_at: Timestamp,
    /// Whether it changes no more deliveries.
    pub is_over: bool,
    /// Which deliveries it is about, in words.
    pub what: String,
    /// How many of them there were when it began.
    pub wanted: u64,
    /// Waiting deliveries that it retried.
    pub retried: u64,
    /// Ended deliveries that it resent as new ones.
    pub resent: u64,
    /// Deliveries that it did not change: their state had changed meanwhile, or they cannot be resent.
    pub unchanged: u64,
    /// The states of the retried and the new deliveries, without those that are no longer in the log.
    pub counts: Counts,
}

/// A process changes a batch in milliseconds, and a store may make it wait: after this time without a batch, it ended
/// without noting so.
const SILENCE: Duration = Duration::from_mins(1);

impl BulkAction {
    /// How many deliveries it retried or resent.
    #[must_use]
    pub fn changed(&self) -> u64 {
        self.retried.saturating_add(self.resent)
    }

    /// How many of these have ended and left the log.
    #[must_use]
    pub fn removed(&self) -> u64 {
        self.changed().saturating_sub(self.counts.all())
    }

    /// Whether more deliveries may be changed as of `now`.
    #[must_use]
    pub fn is_changing(&self, now: Timestamp) -> bool {
        let silence = Duration::try_from(now.duration_since(self.changed_at)).unwrap_or_default();
        !self.is_over && silence < SILENCE
    }

    /// Whether the result can no longer change, as of `now`: everything that it changed has ended.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.counts.pending() == 0 && !self.is_changing(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_ended_once_all_have_and_no_more_are_added() {
        let at = |s| Timestamp::from_second(s).unwrap();
        let counts = Counts { delivered: 2, failed: 1, ..Counts::default() };
        let action = BulkAction {
            id: BulkId::new(7),
            begun_at: at(0),
            changed_at: at(10),
            is_over: false,
            what: String::new(),
            wanted: 5,
            retried: 1,
            resent: 3,
            unchanged: 1,
            counts,
        };
        assert_eq!((action.changed(), action.removed()), (4, 1));
        assert!(!action.has_ended(at(69)) && action.has_ended(at(70)), "its process may have been killed");
        let over = BulkAction { is_over: true, ..action };
        assert!(over.has_ended(at(10)));
        let pending = BulkAction { counts: Counts { waiting: 1, ..counts }, ..over };
        assert!(!pending.has_ended(at(1000)));
    }
}
