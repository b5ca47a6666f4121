//! Where the queue of each lane starts: everything before it was claimed, but for **strays**, which were committed late
//! or freed since.
//!
//! What is claimed or ended leaves dead rows until a vacuum, and while a transaction is held open that may be for
//! hours: reading a queue from its beginning reads all of them. So no claim does. It starts where the last one stopped,
//! less the time that a commit may be late by; what lies further back is found by [`LookBack`](super::look_back) and
//! claimed by its position. A start is stored now and then, so that a process that joins need not search for it either.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

/// A second, as a difference of two positions.
pub const SECOND: i64 = 1_000_000 << 11;

/// By so much a commit may be late, seen from now, to be found by the next claim.
const NEAR: i64 = SECOND / 20;

/// By so much, to be found by a claim of the next [`FAR_EVERY`].
const FAR: i64 = SECOND;

/// How often a claim looks back further.
const FAR_EVERY: Duration = Duration::from_millis(250);

/// So many claims of a lane leave more dead rows than anybody should read twice.
const DENSE: usize = 1_000;

/// With more strays in one lane its queue starts at the first of them.
pub const MOST_STRAYS: usize = 256;

/// How many lanes are remembered.
const MOST: usize = 200_000;

/// In the place of a lane: the retries of all lanes, whose queue is one of times.
pub const RETRIES: i32 = 0;

/// A point of time, in milliseconds, as a position.
pub fn position_at(ms: i64) -> i64 {
    ms.saturating_mul(1_000 << 11)
}

/// The time of a position, in milliseconds.
pub fn ms_of(position: i64) -> i64 {
    position.div_euclid(1_000 << 11)
}

/// Where one queue starts.
#[derive(Debug, Clone, Copy, Default)]
struct Start {
    /// The last position that was passed.
    seq: i64,
    /// When a claim looked back far.
    far_at: Option<Instant>,
    /// Claims since it was stored.
    claims: usize,
    is_dense: bool,
    /// What the database has of it.
    stored: Option<i64>,
    /// Where it was when it was last asked for what is to be stored.
    before: Option<i64>,
}

/// A start that the database is to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The lane.
    pub lane: i32,
    /// The last position that was passed.
    pub seq: i64,
    /// The one that this replaces.
    pub old: Option<i64>,
}

/// Where the queues of all lanes start.
#[derive(Debug, Default)]
pub struct LaneStarts {
    lanes: HashMap<i32, Start>,
    /// Positions by lane, retries apart.
    strays: BTreeMap<(i32, bool), BTreeSet<i64>>,
}

impl LaneStarts {
    /// The position after which a claim reads a lane. `clock` is the position of what is accepted now.
    pub fn after(&mut self, lane: i32, now: Instant, clock: i64) -> i64 {
        let Some(start) = self.lanes.get_mut(&lane) else { return i64::MIN };
        let is_far = start.far_at.is_none_or(|at| now.saturating_duration_since(at) >= FAR_EVERY);
        if is_far {
            start.far_at = Some(now);
        }
        start.seq.min(clock.saturating_sub(if is_far { FAR } else { NEAR }))
    }

    /// So many rows of a lane were claimed, the last one at this position.
    pub fn claimed(&mut self, lane: i32, seq: i64, rows: usize) {
        let start = self.entry(lane, seq);
        start.seq = start.seq.max(seq);
        start.claims = start.claims.saturating_add(rows);
        start.is_dense |= start.claims >= DENSE;
    }

    /// Everything in a lane was claimed when the clock showed this.
    pub fn emptied(&mut self, lane: i32, clock: i64) {
        let seq = clock.saturating_sub(FAR);
        let start = self.entry(lane, seq);
        start.seq = start.seq.max(seq);
    }

    /// The first free row of a lane, as somebody found it who began where the lane starts, or did not know where.
    pub fn found(&mut self, lane: i32, seq: i64) {
        match self.lanes.get(&lane) {
            Some(start) if seq <= start.seq => self.add_stray((lane, false), seq),
            Some(_) => {}
            None => self.entry(lane, seq.saturating_sub(1)).seq = seq.saturating_sub(1),
        }
    }

    /// A row of a lane was found before its start. Whether it was not known.
    pub fn stray(&mut self, lane: i32, seq: i64, is_retry: bool) -> bool {
        let is_new = self.strays.get(&(lane, is_retry)).is_none_or(|strays| !strays.contains(&seq));
        if is_new {
            self.add_stray((lane, is_retry), seq);
        }
        is_new
    }

    /// A row of a lane is free again.
    pub fn freed(&mut self, lane: i32, seq: i64, is_retry: bool) {
        if is_retry || self.lanes.get(&lane).is_some_and(|start| seq <= start.seq) {
            self.add_stray((lane, is_retry), seq);
        }
    }

    /// A retry is due since this time, in milliseconds: retries start no later.
    pub fn due_since(&mut self, ms: i64) {
        if let Some(start) = self.lanes.get_mut(&RETRIES) {
            start.seq = start.seq.min(position_at(ms.saturating_sub(1)));
        }
    }

    /// Whether a lane has retries among its strays.
    pub fn has_stray_retries(&self, lane: i32) -> bool {
        self.strays.contains_key(&(lane, true))
    }

    /// So many strays of a lane, the oldest first, retries or others. They are forgotten here.
    pub fn take_strays(&mut self, lane: i32, is_retry: bool, most: usize) -> Vec<i64> {
        let Some(strays) = self.strays.get_mut(&(lane, is_retry)) else { return Vec::new() };
        let mut taken = Vec::new();
        while taken.len() < most
            && let Some(seq) = strays.pop_first()
        {
            taken.push(seq);
        }
        if strays.is_empty() {
            self.strays.remove(&(lane, is_retry));
        }
        taken
    }

    /// The lanes that have many dead rows before their starts, in order, and where they start.
    pub fn dense(&self, clock: i64) -> (Vec<i32>, Vec<i64>) {
        let is_lane = |(lane, start): &(&i32, &Start)| **lane != RETRIES && start.is_dense;
        let dense: BTreeMap<i32, i64> = self
            .lanes
            .iter()
            .filter(is_lane)
            .map(|(lane, start)| (*lane, start.seq.min(clock.saturating_sub(NEAR))))
            .collect();
        dense.into_iter().unzip()
    }

    /// How many lanes have many dead rows.
    pub fn count_dense(&self) -> usize {
        self.lanes.values().filter(|start| start.is_dense).count()
    }

    /// The time of the start of all retries, in milliseconds.
    pub fn retries_after(&self) -> i64 {
        self.lanes.get(&RETRIES).map_or(i64::MIN, |start| ms_of(start.seq))
    }

    /// Where each lane starts.
    pub fn all(&self) -> impl Iterator<Item = (i32, i64)> {
        self.lanes.iter().map(|(lane, start)| (*lane, start.seq))
    }

    /// What the database has of a lane, as some process stored it.
    pub fn remember(&mut self, lane: i32, seq: i64) {
        let start = self.entry(lane, seq);
        start.seq = start.seq.max(seq);
        start.is_dense = true;
        start.stored = Some(seq);
    }

    /// What is to be stored: where lanes started when this was last asked, so that what was claimed since and may be
    /// released lies after it.
    pub fn take_to_store(&mut self) -> Vec<Stored> {
        let due = self.lanes.iter_mut().filter_map(|(lane, start)| {
            let before = start.before.replace(start.seq)?;
            (start.claims >= DENSE).then_some((lane, start, before))
        });
        due.filter_map(|(lane, start, before)| Self::store(*lane, start, before)).collect()
    }

    /// What is to be stored by one that leaves, after it released these: nothing is claimed by it any more.
    pub fn take_to_leave(&mut self, released: &[(i32, i64)]) -> Vec<Stored> {
        let mut first: HashMap<i32, i64> = HashMap::new();
        for (lane, seq) in released {
            let least = first.entry(*lane).or_insert(*seq);
            *least = (*least).min(*seq);
        }
        let due = self.lanes.iter_mut().filter(|(_, start)| start.claims >= DENSE);
        due.filter_map(|(lane, start)| {
            let seq = first.get(lane).map_or(start.seq, |first| start.seq.min(first.saturating_sub(1)));
            Self::store(*lane, start, seq)
        })
        .collect()
    }

    fn store(lane: i32, start: &mut Start, seq: i64) -> Option<Stored> {
        let old = start.stored;
        if old.is_some_and(|old| old >= seq) {
            return None;
        }
        (start.stored, start.claims) = (Some(seq), 0);
        Some(Stored { lane, seq, old })
    }

    fn add_stray(&mut self, key: (i32, bool), seq: i64) {
        let strays = self.strays.entry(key).or_default();
        strays.insert(seq);
        let (lane, is_retry) = key;
        // Of retries the position does not say when they are due; there are as many as senders had claimed.
        if strays.len() >= MOST_STRAYS && !is_retry {
            let first = strays.first().copied().unwrap_or(seq);
            self.strays.remove(&key);
            if let Some(start) = self.lanes.get_mut(&lane) {
                start.seq = start.seq.min(first.saturating_sub(1));
            }
        }
    }

    /// The start of a lane; a new one is at this position.
    fn entry(&mut self, lane: i32, seq: i64) -> &mut Start {
        if self.lanes.len() >= MOST && !self.lanes.contains_key(&lane) {
            self.lanes.clear();
        }
        self.lanes.entry(lane).or_insert(Start { seq, ..Start::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_starts_where_the_last_one_stopped_less_what_may_be_committed_late() {
        let (mut starts, now, clock) = (LaneStarts::default(), Instant::now(), 100 * SECOND);
        assert_eq!(starts.after(1, now, clock), i64::MIN, "nothing is known");
        starts.claimed(1, 50 * SECOND, 1);
        starts.claimed(1, 40 * SECOND, 1);
        assert_eq!(starts.after(1, now, clock), 50 * SECOND, "in a backlog nothing can be late");
        starts.claimed(1, clock, 1);
        assert_eq!(starts.after(1, now, clock), clock - NEAR);
        assert_eq!(starts.after(1, now + FAR_EVERY, clock), clock - FAR, "now and then");
        assert_eq!(starts.after(1, now + FAR_EVERY, clock), clock - NEAR);
        starts.emptied(2, clock);
        assert_eq!(starts.after(2, now, 2 * clock), clock - FAR, "it was empty then");
        starts.emptied(RETRIES, 10 * SECOND);
        starts.due_since(500);
        assert_eq!(starts.retries_after(), 499);
        assert_eq!((position_at(ms_of(clock)), ms_of(SECOND)), (clock, 1000));
    }

    #[test]
    fn what_lies_before_a_start_is_claimed_by_its_position() {
        let mut starts = LaneStarts::default();
        starts.found(1, 10);
        assert!(starts.take_strays(1, false, 9).is_empty(), "the lane starts with it");
        starts.claimed(1, 100, 1);
        starts.found(1, 101);
        starts.freed(1, 102, false);
        assert!(starts.take_strays(1, false, 9).is_empty(), "claims get there");
        starts.found(1, 60);
        starts.freed(1, 50, false);
        starts.freed(1, 200, true);
        assert_eq!(starts.take_strays(1, false, 9), [50, 60]);
        assert!(starts.has_stray_retries(1));
        assert_eq!(starts.take_strays(1, true, 9), [200]);
        assert!(!starts.has_stray_retries(1));
        for seq in 0..256 {
            starts.freed(1, 99 - seq, false);
        }
        let (now, clock) = (Instant::now(), 100 * SECOND);
        assert!(starts.take_strays(1, false, 9).is_empty());
        assert_eq!(starts.after(1, now, clock), 99 - 256, "too many to be claimed one by one");
    }

    #[test]
    fn a_start_is_stored_once_it_has_moved_far_and_what_is_claimed_since_lies_after_it() {
        let mut starts = LaneStarts::default();
        starts.claimed(1, 10, DENSE);
        starts.claimed(2, 10, 1);
        assert!(starts.take_to_store().is_empty(), "what is claimed may be released");
        starts.claimed(1, 20, 5);
        assert_eq!(starts.take_to_store(), [Stored { lane: 1, seq: 10, old: None }]);
        assert!(starts.take_to_store().is_empty(), "few since");
        starts.claimed(1, 30, DENSE);
        assert_eq!(starts.take_to_leave(&[(1, 28), (1, 26)]), [Stored { lane: 1, seq: 25, old: Some(10) }]);
        let mut other = LaneStarts::default();
        other.remember(1, 25);
        assert_eq!(other.dense(i64::MAX), (vec![1], vec![25]));
        assert_eq!((other.count_dense(), starts.count_dense()), (1, 1));
    }
}
