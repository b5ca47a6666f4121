//! The events of one run, in numbers: regardless of how many there are, nothing else of them is remembered.

use crate::record::{DeliveryState, RunId, RunRange};
use crate::storage::{BatchProgress, Counts, Storage, StoreError};

/// The numbers of a run.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Deliveries that are on disk.
    pub accepted: u64,
    /// Lines that were refused.
    pub refused: u64,
    settled: Counts,
    rest: Counts,
    /// All that no look has given as ended lie there, and all that are still to come.
    range: Option<RunRange>,
}

impl Tally {
    /// Notes so many deliveries that were accepted.
    pub fn took(&mut self, run: RunId, count: u64) {
        self.accepted += count;
        self.range.get_or_insert_with(|| RunRange::whole(run));
    }

    /// Notes so many lines that were refused.
    pub fn refused(&mut self, lines: u64) {
        self.refused += lines;
    }

    /// Counts again. Returns the range of deliveries that have ended along with all older ones; each one is
    /// returned once.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn look(&mut self, store: &dyn Storage) -> Result<Option<RunRange>, StoreError> {
        let Some(range) = self.range else { return Ok(None) };
        let BatchProgress { settled, rest, low_watermark } = store.batch_progress(range).await?;
        self.add_look(settled, rest);
        self.range = Some(RunRange { from: low_watermark, ..range });
        Ok((low_watermark > range.from).then_some(RunRange { to: low_watermark, ..range }))
    }

    /// Where those lie that may have something left to send; none before any was accepted.
    pub fn left(&self) -> Option<RunRange> {
        self.range
    }

    /// Where those lie that no look has given as ended: the oldest of them has not, as of the last look.
    pub fn unsettled(&self) -> Option<RunRange> {
        self.range.filter(|range| range.from < range.to)
    }

    /// Takes in what a look has found: what has ended since the last one, and the others.
    pub fn add_look(&mut self, settled: Counts, rest: Counts) {
        self.settled = sum(self.settled, settled);
        self.rest = rest;
    }

    /// How many are in this state, as of the last look.
    pub fn of(&self, state: DeliveryState) -> u64 {
        let counts = sum(self.settled, self.rest);
        match state {
            DeliveryState::Queued => counts.queued,
            DeliveryState::Waiting => counts.waiting,
            DeliveryState::Delivered => counts.delivered,
            DeliveryState::Failed => counts.failed,
            DeliveryState::Cancelled => counts.cancelled,
        }
    }

    /// How many have something left to send, as of the last look.
    pub fn pending(&self) -> u64 {
        self.rest.queued + self.rest.waiting
    }

    /// How many have ended, as of the last look.
    pub fn ended(&self) -> u64 {
        self.of(DeliveryState::Delivered) + self.of(DeliveryState::Failed) + self.of(DeliveryState::Cancelled)
    }

    /// How many were taken out of the log before they were counted. Right after a look only.
    pub fn removed(&self) -> u64 {
        self.accepted.saturating_sub(self.ended() + self.pending())
    }

    /// Whether all that was accepted was delivered.
    pub fn all_delivered(&self) -> bool {
        self.of(DeliveryState::Delivered) == self.accepted
    }

    /// Such as `3 delivered, 1 failed`: those numbers that there are.
    pub fn ends(&self) -> String {
        let numbers = [
            (self.of(DeliveryState::Delivered), "delivered"),
            (self.of(DeliveryState::Failed), "failed"),
            (self.of(DeliveryState::Cancelled), "cancelled"),
            (self.removed(), "ended and no longer in the log"),
        ];
        let parts: Vec<String> = numbers
            .iter()
            .filter(|(n, what)| *n > 0 || (*what == "delivered" && self.pending() == 0))
            .map(|(n, what)| format!("{n} {what}"))
            .collect();
        parts.join(", ")
    }
}

fn sum(one: Counts, other: Counts) -> Counts {
    Counts {
        queued: one.queued + other.queued,
        waiting: one.waiting + other.waiting,
        delivered: one.delivered + other.delivered,
        failed: one.failed + other.failed,
        cancelled: one.cancelled + other.cancelled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_not_there_are_not_told() {
        let settled = Counts { delivered: 3, failed: 1, ..Counts::default() };
        let tally = Tally { accepted: 4, settled, ..Tally::default() };
        assert_eq!(tally.ends(), "3 delivered, 1 failed");
        assert!(!tally.all_delivered());
        assert_eq!(Tally { accepted: 5, settled, ..Tally::default() }.removed(), 1);
        let rest = Counts { queued: 2, ..Counts::default() };
        assert_eq!(Tally { accepted: 2, rest, ..Tally::default() }.ends(), "");
        assert_eq!(Tally::default().ends(), "0 delivered");
    }
}
