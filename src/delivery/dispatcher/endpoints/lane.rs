//! One lane: what was read of it, what is in flight, and how fast its attempts end.

use std::collections::VecDeque;
use std::time::Duration;

use crate::record::{Job, JobRef, Past};
use crate::storage::Pace;

use super::slot_time::SlotTime;

/// A lane whose attempts take this long is slow (our decision): a response that takes a second is rare,
/// and timeouts are mostly longer. An attempt that timed out counts as two of these at least, however
/// short its timeout, so that one is enough.
pub const SLOW: Duration = Duration::from_secs(1);

/// An attempt of a lane that is fast is late when it takes so many times as long as they mostly do, and
/// longer than this: pauses of a server are no reason to call it slow.
const LATE: u32 = 10;
const IN_TIME: Duration = Duration::from_millis(250);

/// Where a lane is in the order of its endpoint: lower is sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    pub rank: Rank,
    /// Attempts in flight.
    pub open: usize,
    /// Slot time used recently.
    pub used: i64,
    /// Its last turn.
    pub turn: u64,
}

impl Standing {
    /// The lowest of a rank.
    pub fn first(rank: Rank) -> Self {
        Self { rank, open: 0, used: i64::MIN, turn: 0 }
    }

    /// Its order among lanes of all ranks.
    pub fn fewest(&self) -> (usize, i64, u64) {
        (self.open, self.used, self.turn)
    }
}

/// What is known of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Its attempts end fast.
    Fast,
    /// No attempt has ended since this sender started, but it delivered before.
    Delivered,
    /// Nothing, and nothing is in flight.
    Unknown,
    /// The same, but its last delivery failed for good before this sender started.
    Failed,
    /// Its attempts take long.
    Slow,
    /// Nothing yet: its first attempts are in flight.
    Probed,
}

/// A lane.
#[derive(Debug)]
pub struct Lane {
    /// Each in its own place: it is handed on several times.
    pub read: VecDeque<Box<Job>>,
    pub manual: bool,
    /// What became of its last delivery, as far as the storage knows.
    past: Option<Past>,
    /// Attempts in flight, and those of them that are late.
    in_flight: usize,
    late: usize,
    used: SlotTime,
    /// Moving mean of the durations, each counting half of all before.
    mean: Option<Duration>,
    /// Its last turn; at first, when it came.
    pub turn: u64,
    /// When it was last without anything read or in flight, and got something.
    pub since: u64,
    /// Where it is in the order of its endpoint, and how many were read then; none with nothing read.
    pub placed: Option<(Standing, usize)>,
}

impl Lane {
    pub fn new(turn: u64) -> Self {
        Self {
            read: VecDeque::new(),
            manual: false,
            past: None,
            in_flight: 0,
            late: 0,
            used: SlotTime::default(),
            mean: None,
            turn,
            since: turn,
            placed: None,
        }
    }

    pub fn add(&mut self, job: Job, turn: u64) {
        if self.is_idle() {
            self.since = turn;
        }
        (self.manual, self.past) = (job.manual, job.past);
        self.read.push_back(Box::new(job));
    }

    pub fn start(&mut self, turn: u64) -> Option<Box<Job>> {
        let job = self.read.pop_front()?;
        self.in_flight += 1;
        self.turn = turn;
        Some(job)
    }

    /// How long an attempt may take until it is late.
    pub fn patience(&self) -> Duration {
        self.mean.map_or(SLOW, |mean| (mean * LATE).clamp(IN_TIME, SLOW))
    }

    /// An attempt in flight is late.
    pub fn note_late(&mut self) {
        self.late += 1;
    }

    /// An attempt that started then is over. One that broke off measures nothing.
    pub fn end(&mut self, started: Duration, was_late: bool, now: Duration, measured: Option<Ended>) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.late = self.late.saturating_sub(usize::from(was_late));
        let Some(ended) = measured else { return };
        let duration = now.saturating_sub(started);
        self.used.add(now, duration);
        let counts = if ended == Ended::TimedOut { duration.max(SLOW * 2) } else { duration };
        self.mean = Some(self.mean.map_or(counts, |mean| (mean + counts) / 2));
    }

    pub fn open(&self) -> usize {
        self.in_flight
    }

    pub fn used(&self) -> i64 {
        self.used.rank()
    }

    pub fn take_read(&mut self, out: &mut Vec<JobRef>) {
        out.extend(self.read.drain(..).map(|job| job.reference));
        self.placed = None;
    }

    pub fn is_idle(&self) -> bool {
        self.in_flight == 0 && self.read.is_empty()
    }

    /// Whether an attempt in flight is late.
    pub fn is_late(&self) -> bool {
        self.late > 0
    }

    /// How fast it is: of one that was fast, an attempt that is late says so before it ends.
    pub fn pace(&self) -> Pace {
        match self.mean {
            None => Pace::Unknown,
            Some(mean) if mean >= SLOW || self.is_late() => Pace::Slow,
            Some(_) => Pace::Fast,
        }
    }

    pub fn standing(&self) -> Standing {
        let rank = match (self.pace(), self.past) {
            (Pace::Fast, _) => Rank::Fast,
            (Pace::Slow, _) => Rank::Slow,
            (Pace::Unknown, _) if self.in_flight > 0 => Rank::Probed,
            (Pace::Unknown, Some(Past::Delivered)) => Rank::Delivered,
            (Pace::Unknown, Some(Past::Failed)) => Rank::Failed,
            (Pace::Unknown, None) => Rank::Unknown,
        };
        Standing { rank, open: self.open(), used: self.used.rank(), turn: self.turn }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Within its timeout, whether delivered or not.
    InTime,
    /// It timed out.
    TimedOut,
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn lane(ended: &[(Duration, Ended)]) -> Lane {
        let mut lane = Lane::new(1);
        for (took, how) in ended {
            lane.end(Duration::ZERO, false, *took, Some(*how));
        }
        lane
    }

    #[test]
    fn one_timeout_makes_it_slow_and_one_response_fast_again() {
        let (fast, timeout) = ((MS * 5, Ended::InTime), (MS * 200, Ended::TimedOut));
        assert_eq!(lane(&[]).pace(), Pace::Unknown);
        assert_eq!(lane(&[fast]).pace(), Pace::Fast);
        assert_eq!(lane(&[fast, timeout]).pace(), Pace::Slow);
        assert_eq!(lane(&[fast, timeout, fast]).pace(), Pace::Fast);
        assert_eq!(lane(&[fast, (SLOW * 60, Ended::TimedOut), fast]).pace(), Pace::Slow);
    }

    #[test]
    fn an_attempt_in_flight_that_is_late_makes_it_slow() {
        let mut lane = lane(&[(MS, Ended::InTime)]);
        lane.note_late();
        assert_eq!(lane.pace(), Pace::Slow);
        lane.end(MS * 10, true, MS * 1200, None);
        assert_eq!(lane.pace(), Pace::Fast, "an attempt that broke off measures nothing");
    }

    #[test]
    fn late_is_much_longer_than_usual() {
        let patience = |ms: u32| lane(&[(MS * ms, Ended::InTime)]).patience();
        assert_eq!([1, 40, 5_000].map(patience), [MS * 250, MS * 400, SLOW]);
        assert_eq!(Lane::new(1).patience(), SLOW);
    }
}
