//! The counts of one run: nothing else is kept in memory about its events, however many there are.

use crate::record::{DeliveryState, RunId, RunRange};
use crate::storage::{BatchProgress, Counts, Storage, StoreError};

/// The counts of a run.
#[derive(Debug, Clone, Default)]
pub struct RunCounts {
    /// Deliveries on disk.
    pub accepted: u64,
    /// Lines whose events were accepted before.
    pub repeated: u64,
    /// Lines that were refused.
    pub refused: u64,
    /// Accepted since the last poll.
    unpolled: u64,
    settled: Counts,
    rest: Counts,
    /// The range of all deliveries not yet reported as ended, and of all still to come.
    range: Option<RunRange>,
}

impl RunCounts {
    /// Counts accepted deliveries.
    pub fn took(&mut self, run: RunId, count: u64) {
        self.accepted += count;
        self.unpolled += count;
        self.range.get_or_insert_with(|| RunRange::whole(run));
    }

    /// Counts lines whose events were accepted before.
    pub fn repeated(&mut self, lines: u64) {
        self.repeated += lines;
    }

    /// Counts refused lines.
    pub fn refused(&mut self, lines: u64) {
        self.refused += lines;
    }

    /// Updates the counts. Returns the range of deliveries that have ended along with all older ones; each one is
    /// returned once.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn poll(&mut self, store: &dyn Storage) -> Result<Option<RunRange>, StoreError> {
        let Some(range) = self.range else { return Ok(None) };
        let BatchProgress { settled, rest, low_watermark } = store.batch_progress(range).await?;
        self.add_poll(settled, rest);
        self.range = Some(RunRange { from: low_watermark, ..range });
        Ok((low_watermark > range.from).then_some(RunRange { to: low_watermark, ..range }))
    }

    /// The range of deliveries that may still be pending; none before the first was accepted.
    pub fn left(&self) -> Option<RunRange> {
        self.range
    }

    /// The range of deliveries not yet reported as ended: as of the last poll the oldest of them is pending.
    pub fn unsettled(&self) -> Option<RunRange> {
        self.range.filter(|range| range.from < range.to)
    }

    /// Adds the counts of a poll: deliveries that have ended since the last one, and the others.
    pub fn add_poll(&mut self, settled: Counts, rest: Counts) {
        self.settled = sum(self.settled, settled);
        self.rest = rest;
        self.unpolled = 0;
    }

    /// How many were accepted since the last poll: how they ended is unknown.
    pub fn unpolled(&self) -> u64 {
        self.unpolled
    }

    /// How many are in this state, as of the last poll.
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

    /// How many are pending, as of the last poll.
    pub fn pending(&self) -> u64 {
        self.rest.queued + self.rest.waiting
    }

    /// How many have ended, as of the last poll.
    pub fn ended(&self) -> u64 {
        self.of(DeliveryState::Delivered) + self.of(DeliveryState::Failed) + self.of(DeliveryState::Cancelled)
    }

    /// How many were removed from the log before they were counted.
    pub fn removed(&self) -> u64 {
        self.accepted.saturating_sub(self.unpolled + self.ended() + self.pending())
    }

    /// Whether everything accepted was delivered.
    pub fn all_delivered(&self) -> bool {
        self.of(DeliveryState::Delivered) == self.accepted
    }

    /// Such as `3 delivered, 1 failed`, without zeros.
    pub fn ends(&self) -> String {
        let numbers = [
            (self.of(DeliveryState::Delivered), "delivered"),
            (self.of(DeliveryState::Failed), "failed"),
            (self.of(DeliveryState::Cancelled), "cancelled"),
            (self.removed(), "ended and no longer in the log"),
        ];
        let parts: Vec<String> = numbers
            .iter()
            .filter(|(n, what)| *n > 0 || (*what == "delivered" && self.pending() + self.unpolled == 0))
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
    fn zeros_are_omitted() {
        let settled = Counts { delivered: 3, failed: 1, ..Counts::default() };
        let tally = RunCounts { accepted: 4, settled, ..RunCounts::default() };
        assert_eq!(tally.ends(), "3 delivered, 1 failed");
        assert!(!tally.all_delivered());
        assert_eq!(RunCounts { accepted: 5, settled, ..RunCounts::default() }.removed(), 1);
        let rest = Counts { queued: 2, ..Counts::default() };
        assert_eq!(RunCounts { accepted: 2, rest, ..RunCounts::default() }.ends(), "");
        assert_eq!(RunCounts::default().ends(), "0 delivered");
    }
}
