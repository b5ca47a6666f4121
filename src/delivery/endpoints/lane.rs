//! One lane: what was read of it, what is in flight, and how fast its attempts end.

use std::collections::VecDeque;
use std::time::Duration;

use crate::delivery::outbox::Pace;
use crate::delivery::record::Job;

use super::slot_time::SlotTime;

/// A lane whose attempts take this long is slow (our decision): a response that takes a second is rare,
/// and timeouts are mostly longer. An attempt that timed out counts as two of these at least, however
/// short its timeout, so that one is enough.
pub const SLOW: Duration = Duration::from_secs(1);

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
    /// Its attempts take long.
    Slow,
    /// Nothing yet: its first attempts are in flight.
    Probed,
}

/// A lane.
#[derive(Debug)]
pub struct Lane {
    pub read: VecDeque<Job>,
    pub manual: bool,
    /// It delivered before, as far as the storage knows.
    delivered: bool,
    /// When the attempts in flight started, the oldest first.
    started: VecDeque<Duration>,
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
            delivered: false,
            started: VecDeque::new(),
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
        (self.manual, self.delivered) = (job.manual, job.delivered_before);
        self.read.push_back(job);
    }

    pub fn start(&mut self, now: Duration, turn: u64) -> Option<Job> {
        let job = self.read.pop_front()?;
        self.started.push_back(now);
        self.turn = turn;
        Some(job)
    }

    /// An attempt that started then is over. One that broke off measures nothing.
    pub fn end(&mut self, started: Duration, now: Duration, measured: Option<Ended>) {
        if let Some(place) = self.started.iter().position(|at| *at == started) {
            self.started.remove(place);
        }
        let Some(ended) = measured else { return };
        let duration = now.saturating_sub(started);
        self.used.add(now, duration);
        let counts = if ended == Ended::TimedOut { duration.max(SLOW * 2) } else { duration };
        self.mean = Some(self.mean.map_or(counts, |mean| (mean + counts) / 2));
    }

    pub fn open(&self) -> usize {
        self.started.len()
    }

    pub fn used(&self) -> i64 {
        self.used.rank()
    }

    pub fn forget_read(&mut self) {
        self.read.clear();
        self.placed = None;
    }

    pub fn is_idle(&self) -> bool {
        self.started.is_empty() && self.read.is_empty()
    }

    /// How fast it is: of one that was fast, an attempt that takes long says so before it ends.
    pub fn pace(&self, now: Duration) -> Pace {
        let hangs = || self.started.front().is_some_and(|at| now.saturating_sub(*at) >= SLOW);
        match self.mean {
            None => Pace::Unknown,
            Some(mean) if mean >= SLOW || hangs() => Pace::Slow,
            Some(_) => Pace::Fast,
        }
    }

    pub fn standing(&self, now: Duration) -> Standing {
        let rank = match self.pace(now) {
            Pace::Fast => Rank::Fast,
            Pace::Slow => Rank::Slow,
            Pace::Unknown if !self.started.is_empty() => Rank::Probed,
            Pace::Unknown if self.delivered => Rank::Delivered,
            Pace::Unknown => Rank::Unknown,
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
            lane.end(Duration::ZERO, *took, Some(*how));
        }
        lane
    }

    #[test]
    fn one_timeout_makes_it_slow_and_one_response_fast_again() {
        let (fast, timeout) = ((MS * 5, Ended::InTime), (MS * 200, Ended::TimedOut));
        assert_eq!(lane(&[]).pace(MS), Pace::Unknown);
        assert_eq!(lane(&[fast]).pace(MS), Pace::Fast);
        assert_eq!(lane(&[fast, timeout]).pace(MS), Pace::Slow);
        assert_eq!(lane(&[fast, timeout, fast]).pace(MS), Pace::Fast);
        assert_eq!(lane(&[fast, (SLOW * 60, Ended::TimedOut), fast]).pace(MS), Pace::Slow);
    }

    #[test]
    fn an_attempt_in_flight_that_takes_long_makes_it_slow() {
        let mut lane = lane(&[(MS, Ended::InTime)]);
        lane.started.push_back(MS * 10);
        assert_eq!(lane.pace(MS * 500), Pace::Fast);
        assert_eq!(lane.pace(MS * 10 + SLOW), Pace::Slow);
        lane.end(MS * 10, MS * 1200, None);
        assert_eq!(lane.pace(MS * 1200), Pace::Fast, "an attempt that broke off measures nothing");
    }
}
