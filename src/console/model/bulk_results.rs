//! Bulk retries and resends, and what becomes of them: of those that have not ended the result is reported when it is
//! there, whoever began them.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::console::model::refresh::Refresh;
use crate::record::BulkId;
use crate::storage::BulkAction;

/// How many are read.
pub const LISTED: usize = 50;

/// How old they may be while deliveries change, in milliseconds.
const REFRESH_MS: u64 = 1000;

/// The bulk actions.
#[derive(Debug, Default)]
pub struct BulkResults {
    actions: Vec<BulkAction>,
    /// Why they cannot be read.
    pub(in crate::console) error: Option<String>,
    /// Whether they were read.
    pub(in crate::console) is_read: bool,
    /// Those that had not ended when they were read, and those of this console that were not read yet.
    going: HashSet<BulkId>,
    /// Whether deliveries have changed since they were asked for.
    is_outdated: bool,
    refresh: Refresh,
}

impl BulkResults {
    /// The actions, newest first.
    #[must_use]
    pub fn rows(&self) -> &[BulkAction] {
        &self.actions
    }

    /// One of them.
    #[must_use]
    pub fn of(&self, id: BulkId) -> Option<&BulkAction> {
        self.actions.iter().find(|action| action.id == id)
    }

    /// The result of this action is awaited, also if it is there before the action is read for the first time.
    pub fn awaits(&mut self, id: BulkId) {
        self.going.insert(id);
    }

    /// Deliveries have changed.
    pub fn changed(&mut self) {
        self.is_outdated = true;
    }

    /// Whether they should be read now: then the result is awaited. Nothing is read while all have ended and none is on
    /// the screen.
    pub fn asks(&mut self, now: Timestamp, is_shown: bool) -> bool {
        let is_due = self.lasts_ms(is_shown).is_some();
        let asks = is_due && self.refresh.asks(now, REFRESH_MS);
        if asks {
            self.is_outdated = false;
        }
        asks
    }

    /// They are read now: one has begun or is over, or they are about to be shown.
    pub fn ask(&mut self, now: Timestamp) {
        self.is_outdated = false;
        self.refresh.ask(now);
    }

    /// How long until they should be read again, in milliseconds; none if they need not be.
    #[must_use]
    pub fn lasts_ms(&self, is_shown: bool) -> Option<u64> {
        (self.is_outdated && (is_shown || !self.going.is_empty())).then_some(REFRESH_MS)
    }

    /// They were read. Returns those that have ended since they were read before.
    pub fn take(&mut self, read: Result<Vec<BulkAction>, String>, now: Timestamp) -> Vec<BulkAction> {
        self.refresh.arrived();
        self.is_read = true;
        match read {
            Ok(actions) => {
                let ended = |action: &&BulkAction| action.has_ended(now) && self.going.contains(&action.id);
                let ended = actions.iter().filter(ended).cloned().collect();
                let going = actions.iter().filter(|action| !action.has_ended(now));
                self.going = going.map(|action| action.id).collect();
                (self.actions, self.error) = (actions, None);
                ended
            }
            Err(why) => {
                self.error = Some(why);
                Vec::new()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Counts;

    fn ended(id: BulkId) -> BulkAction {
        BulkAction {
            id,
            begun_at: Timestamp::UNIX_EPOCH,
            changed_at: Timestamp::UNIX_EPOCH,
            is_over: true,
            what: "failed deliveries".to_owned(),
            wanted: 2,
            retried: 0,
            resent: 2,
            unchanged: 0,
            counts: Counts { delivered: 2, ..Counts::default() },
        }
    }

    /// A fast endpoint has responded to all before the action is read for the first time.
    #[test]
    fn a_result_that_is_there_at_once_is_reported_once() {
        let (own, others) = (BulkId::new(7), BulkId::new(8));
        let mut results = BulkResults::default();
        results.awaits(own);
        let mut read = || results.take(Ok(vec![ended(others), ended(own)]), Timestamp::UNIX_EPOCH);
        assert_eq!(read().iter().map(|action| action.id).collect::<Vec<_>>(), [own]);
        assert!(read().is_empty());
    }
}
