//! One lane: its read deliveries, its attempts in flight, and its speed.

use std::collections::VecDeque;
use std::time::Duration;

use crate::profile::ProfileId;
use crate::record::{Job, JobRef, LastOutcome};
use crate::storage::Pace;

use super::slot_time::SlotTime;

/// A lane with attempts of this duration is slow (our decision): a response rarely takes a second, and timeouts are
/// usually longer. A timeout counts as at least two of these, however short it is, so that one is enough.
pub const SLOW: Duration = Duration::from_secs(1);

/// An attempt of a fast lane is late if it takes this many times as long as usual, and longer than this: pauses of a
/// server do not make it slow.
const LATE: u32 = 10;
const IN_TIME: Duration = Duration::from_millis(250);

/// The position of a lane in the order of its endpoint: lower is sooner.
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
    /// The lowest standing of a rank.
    pub fn first(rank: Rank) -> Self {
        Self { rank, open: 0, used: i64::MIN, turn: 0 }
    }

    /// Its order among lanes of all ranks.
    pub fn fewest(&self) -> (usize, i64, u64) {
        (self.open, self.used, self.turn)
    }
}

/// A lane whose profile allows no attempt now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Until this time, relative to the start of the sender.
    Until(Duration),
    /// Until an attempt of its profile has ended.
    Full,
}

/// What is known about a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Its attempts end fast.
    Fast,
    /// No attempt has ended since this sender started, but its last delivery succeeded.
    Delivered,
    /// Nothing, and nothing is in flight.
    Unknown,
    /// The same, but its last delivery failed permanently before this sender started.
    Failed,
    /// Its attempts take long.
    Slow,
    /// Nothing yet: its first attempts are in flight.
    Probed,
}

/// A lane.
#[derive(Debug)]
pub struct Lane {
    /// Boxed individually, since each is passed on several times.
    pub read: VecDeque<Box<Job>>,
    pub manual: bool,
    /// The outcome of its last delivery, as far as the storage knows.
    last_outcome: Option<LastOutcome>,
    /// Attempts in flight, and the late ones among them.
    in_flight: usize,
    late: usize,
    used: SlotTime,
    /// Moving average of the durations, each with a weight of one half.
    mean: Option<Duration>,
    /// Its last turn; initially, its arrival.
    pub turn: u64,
    /// When it last became non-empty after having nothing read or in flight.
    pub since: u64,
    /// Its position in the order of its endpoint, and how many were read then; none with nothing read.
    pub placed: Option<(Standing, usize)>,
    /// Its profile, if that has limits.
    pub limited: Option<ProfileId>,
    /// Where it waits for its limits, if it does.
    pub held: Option<Held>,
}

impl Lane {
    pub fn new(turn: u64) -> Self {
        Self {
            read: VecDeque::new(),
            manual: false,
            last_outcome: None,
            in_flight: 0,
            late: 0,
            used: SlotTime::default(),
            mean: None,
            turn,
            since: turn,
            placed: None,
            limited: None,
            held: None,
        }
    }

    pub fn add(&mut self, job: Job, turn: u64) {
        if self.is_idle() {
            self.since = turn;
        }
        (self.manual, self.last_outcome) = (job.manual, job.last_outcome);
        self.read.push_back(Box::new(job));
    }

    pub fn start(&mut self, turn: u64) -> Option<Box<Job>> {
        let job = self.read.pop_front()?;
        self.in_flight += 1;
        self.turn = turn;
        Some(job)
    }

    /// Gives back the last that were read, until no more than so many are left.
    pub fn give_back(&mut self, most: usize, out: &mut Vec<JobRef>) {
        while self.read.len() > most
            && let Some(job) = self.read.pop_back()
        {
            out.push(job.reference);
        }
    }

    /// Attempts in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// How long an attempt may take until it is late.
    pub fn patience(&self) -> Duration {
        self.mean.map_or(SLOW, |mean| (mean * LATE).clamp(IN_TIME, SLOW))
    }

    /// Marks an attempt in flight as late.
    pub fn note_late(&mut self) {
        self.late += 1;
    }

    /// Ends an attempt that started at this time. A panicked attempt measures nothing.
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

    /// Its pace: a late attempt of a fast lane counts before it ends.
    pub fn pace(&self) -> Pace {
        match self.mean {
            None => Pace::Unknown,
            Some(mean) if mean >= SLOW || self.is_late() => Pace::Slow,
            Some(_) => Pace::Fast,
        }
    }

    pub fn standing(&self) -> Standing {
        let rank = match (self.pace(), self.last_outcome) {
            (Pace::Fast, _) => Rank::Fast,
            (Pace::Slow, _) => Rank::Slow,
            (Pace::Unknown, _) if self.in_flight > 0 => Rank::Probed,
            (Pace::Unknown, Some(LastOutcome::Delivered)) => Rank::Delivered,
            (Pace::Unknown, Some(LastOutcome::Failed)) => Rank::Failed,
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
