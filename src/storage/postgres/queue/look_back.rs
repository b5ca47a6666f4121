//! Looks at what lies before the starts of queues: what was committed late, and what a dead sender had claimed.
//!
//! Dead rows lie there, and there may be tens of millions of them. So it looks from the newest to the oldest in slices
//! that take a few hundredths of a second each, and rests after each for many times as long. While few rows are dead,
//! that is one slice for all lanes every two seconds.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::storage::postgres::queue::starts::SECOND;

/// How often everything is looked at, if that takes no longer than this allows.
const EVERY: Duration = Duration::from_secs(2);

/// A slice that takes longer is halved.
const LONG: Duration = Duration::from_millis(50);

/// One that takes no longer than this is doubled.
const SHORT: Duration = Duration::from_millis(12);

/// It rests this many times as long as it looked: it takes a twenty-fifth of the time of one connection.
const REST: u32 = 24;

/// The same for what is seldom there: see [`LookBack::seldom`].
const SELDOM_EVERY: Duration = Duration::from_secs(10);

/// The same for what is seldom there: a hundredth of the time.
const SELDOM_REST: u32 = 99;

/// The first width after all at once took too long.
const NARROW: i64 = 16 * SECOND;

/// No slice is narrower.
const LEAST: i64 = SECOND / 64;

/// Everything at once.
const ALL: i64 = i64::MAX;

/// Ranges of positions, one a lane: after the low one, up to and including the high one.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// The lanes.
    pub lanes: Vec<i32>,
    /// After these positions.
    pub low: Vec<i64>,
    /// Up to and including these.
    pub high: Vec<i64>,
}

/// How far the looking has come.
#[derive(Debug)]
pub struct LookBack {
    /// What is left of each lane: everything up to and including a position.
    rest: BTreeMap<i32, i64>,
    /// The width of the next slice.
    width: i64,
    /// That of the first one of a round: the newest rows, which are the most likely to be dead.
    first: i64,
    is_first: bool,
    /// When the next slice is due. Set from the beginning: its caller waits for other things too, and asks after each
    /// of them how long to wait.
    due_at: Instant,
    began_at: Option<Instant>,
    is_urgent: bool,
    every: Duration,
    rest_for: u32,
}

impl Default for LookBack {
    fn default() -> Self {
        Self {
            rest: BTreeMap::new(),
            width: ALL,
            first: ALL,
            is_first: true,
            due_at: Instant::now() + EVERY,
            began_at: None,
            is_urgent: false,
            every: EVERY,
            rest_for: REST,
        }
    }
}

impl LookBack {
    /// One for what is seldom there, and may lie anywhere in a long queue: it begins with a narrow slice, rests for
    /// longer, and begins a round less often.
    pub fn seldom() -> Self {
        Self { width: NARROW, first: NARROW, every: SELDOM_EVERY, rest_for: SELDOM_REST, ..Self::default() }
    }

    /// Something before the starts may be free: begins anew with the newest.
    pub fn hurry(&mut self) {
        self.is_urgent = true;
    }

    /// Whether a claim is to look first.
    pub fn is_urgent(&self) -> bool {
        self.is_urgent
    }

    /// How long to wait for the next slice.
    pub fn pause(&self, now: Instant) -> Duration {
        if self.is_urgent {
            return Duration::ZERO;
        }
        self.due_at.saturating_duration_since(now)
    }

    /// The next slice. A new round looks at everything before these starts.
    pub fn next(&mut self, now: Instant, starts: impl Iterator<Item = (i32, i64)>) -> Slice {
        if std::mem::take(&mut self.is_urgent) || self.rest.is_empty() {
            self.rest = starts.collect();
            (self.width, self.is_first, self.began_at) = (self.first, true, Some(now));
        }
        let mut slice = Slice::default();
        for (lane, high) in &self.rest {
            slice.lanes.push(*lane);
            slice.low.push(if self.width == ALL { i64::MIN } else { high.saturating_sub(self.width) });
            slice.high.push(*high);
        }
        slice
    }

    /// A slice was looked at, which took so long.
    pub fn done(&mut self, slice: &Slice, now: Instant, took: Duration) {
        for (lane, low) in slice.lanes.iter().zip(&slice.low) {
            // Positions are not negative.
            if *low <= 0 {
                self.rest.remove(lane);
            } else {
                self.rest.insert(*lane, *low);
            }
        }
        self.adapt(took);
        let rested = now + took.saturating_mul(self.rest_for);
        let next_round = self.began_at.map_or(now, |at| at + self.every);
        self.due_at = if self.rest.is_empty() { rested.max(next_round) } else { rested };
    }

    /// Everything was looked at. The next round begins when it is due, however long this one took.
    pub fn all_done(&mut self, now: Instant) {
        self.rest.clear();
        self.due_at = now + self.every;
    }

    /// A slice could not be looked at: it may have taken too long.
    pub fn failed(&mut self, now: Instant, took: Duration) {
        if std::mem::take(&mut self.is_urgent) {
            self.rest.clear();
        }
        self.adapt(took);
        self.due_at = now + self.every.max(took.saturating_mul(self.rest_for));
    }

    fn adapt(&mut self, took: Duration) {
        let fitted = match took {
            took if took > LONG && self.width == ALL => NARROW,
            took if took > LONG => (self.width / 2).max(LEAST),
            took if took <= SHORT => self.width.saturating_mul(2),
            _ => self.width,
        };
        if std::mem::take(&mut self.is_first) {
            self.first = fitted;
        }
        self.width = fitted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(look: &mut LookBack, now: Instant) -> Slice {
        look.next(now, [(1, 1000 * SECOND), (2, 900 * SECOND)].into_iter())
    }

    #[test]
    fn while_it_takes_no_time_everything_is_looked_at_every_two_seconds() {
        let (mut look, now) = (LookBack::default(), Instant::now());
        for _ in 0..3 {
            let all = slice(&mut look, now);
            assert_eq!((&all.lanes[..], &all.low[..]), (&[1, 2][..], &[i64::MIN; 2][..]));
            look.done(&all, now, Duration::from_millis(1));
            assert_eq!(look.pause(now), EVERY);
        }
        look.hurry();
        assert!(look.is_urgent() && look.pause(now).is_zero());
        assert_eq!(slice(&mut look, now).high, [1000 * SECOND, 900 * SECOND]);
        assert!(!look.is_urgent());
    }

    #[test]
    fn what_is_seldom_there_is_looked_for_in_slices_that_grow_and_less_often() {
        let (mut look, now) = (LookBack::seldom(), Instant::now());
        assert!(look.pause(now) <= EVERY, "the first time it is soon");
        assert!(look.pause(now + EVERY).is_zero(), "however often its caller asks before");
        let (mut slices, took) = (0_u32, Duration::from_millis(1));
        loop {
            let next = look.next(now, [(1, 1_000_000 * SECOND)].into_iter());
            look.done(&next, now, took);
            slices += 1;
            if next.low[0] <= 0 {
                break;
            }
            assert_eq!(look.pause(now), took * SELDOM_REST);
        }
        assert!((10..40).contains(&slices), "{slices}");
        assert_eq!(look.pause(now), SELDOM_EVERY);
        look.next(now, [(1, 1_000_000 * SECOND)].into_iter());
        look.all_done(now);
        assert_eq!(look.pause(now), SELDOM_EVERY);
        assert_eq!(look.next(now, [(1, 7 * SECOND)].into_iter()).high, [7 * SECOND], "from the newest on");
    }

    #[test]
    fn what_takes_long_is_looked_at_in_slices_until_the_beginning_is_reached() {
        let (mut look, now) = (LookBack::default(), Instant::now());
        let all = slice(&mut look, now);
        look.failed(now, Duration::from_secs(5));
        assert_eq!(look.pause(now), Duration::from_secs(5) * REST, "it takes a small share of the time");
        let newest = slice(&mut look, now);
        assert_eq!((&newest.high, newest.low[0]), (&all.high, 1000 * SECOND - NARROW));
        look.done(&newest, now, 2 * LONG);
        let before = slice(&mut look, now);
        assert_eq!((&before.high, before.low[0]), (&newest.low, newest.low[0] - NARROW / 2));
        let (mut slices, mut last) = (0, before);
        loop {
            look.done(&last, now, Duration::from_millis(1));
            if look.rest.is_empty() {
                break;
            }
            let next = slice(&mut look, now);
            assert!(next.high.iter().all(|high| last.low.contains(high)), "no gap");
            (last, slices) = (next, slices + 1);
        }
        assert!(slices < 50, "empty time is passed in large steps: {slices}");
    }
}
