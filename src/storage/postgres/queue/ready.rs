//! Which lanes have something to claim, and where their queues begin.
//!
//! Lanes come in by bells and by sweeps, and go out when a claim finds less than it asked for. A queue begins at its
//! **floor**: everything before it was claimed, but for what was committed late or freed since. What is claimed or
//! ended leaves dead rows until a vacuum, and while a transaction is held open that may be for hours: without a
//! floor each claim would read all of them. So a claim begins a second before the last one stopped, and every two
//! seconds at the very beginning.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use crate::profile::ProfileId;
use crate::record::{Origin, Past};

/// What is committed no later than this after its position was given lies after the floor.
const SLACK: i64 = 1_000_000 << 11;

/// A queue is read from its very beginning this often.
const FROM_START: Duration = Duration::from_secs(2);

/// The least time between two notifications of releases; other senders also poll.
const RING: Duration = Duration::from_secs(1);

/// With so many lanes, all are looked at whenever a claim finds less than it asked for; that takes a tenth of a
/// millisecond.
const FEW: usize = 256;

/// So many lanes are remembered.
const MOST: usize = 200_000;

/// What is the same for all deliveries of a lane.
#[derive(Debug, Clone)]
pub struct LaneFacts {
    pub profile_id: ProfileId,
    pub origin: Origin,
    /// A person sent its deliveries.
    pub manual: bool,
    /// How its last ended delivery ended.
    pub past: Option<Past>,
}

/// Where a queue begins.
#[derive(Debug, Clone, Copy)]
struct Floor {
    /// The last position that was claimed.
    seq: i64,
    /// When it was read from the very beginning.
    from_start: Instant,
}

/// The lanes with something to claim.
#[derive(Debug, Default)]
pub struct ReadyLanes {
    /// First attempts.
    first: BTreeSet<i32>,
    /// Those of them that came in since the last claim.
    recent: BTreeSet<i32>,
    /// How often a lane came in: what came in during a claim stays.
    arrivals: HashMap<i32, u64>,
    floors: HashMap<i32, Floor>,
    facts: HashMap<i32, LaneFacts>,
    /// All lanes were looked at once.
    is_known: bool,
    /// Few were found then.
    are_few: bool,
    /// When others were last told of what is released.
    rung_at: Option<Instant>,
}

impl ReadyLanes {
    /// Deliveries came into these lanes. Whether one of them had none.
    pub fn arrived(&mut self, lanes: impl IntoIterator<Item = i32>) -> bool {
        let mut is_new = false;
        for lane in lanes {
            *self.arrivals.entry(lane).or_default() += 1;
            self.recent.insert(lane);
            is_new |= self.first.insert(lane);
        }
        is_new
    }

    /// All lanes were looked at, and these have something. Whether one of them was not known to.
    pub fn found(&mut self, lanes: impl IntoIterator<Item = i32>) -> bool {
        self.is_known = true;
        let (mut is_new, mut count) = (false, 0_usize);
        for lane in lanes {
            count = count.saturating_add(1);
            if self.first.insert(lane) {
                is_new = true;
                // It may have something before its floor.
                self.floors.remove(&lane);
            }
        }
        self.are_few = count <= FEW;
        is_new
    }

    /// Whether all lanes can be looked at within a claim.
    pub fn are_few(&self) -> bool {
        self.are_few
    }

    /// Whether all lanes were looked at once.
    pub fn is_known(&self) -> bool {
        self.is_known
    }

    /// The lanes with first attempts, and these with retries, going round from the one after `after`.
    pub fn round(&self, after: Option<i32>, retries: &BTreeSet<i32>) -> Vec<i32> {
        let mut lanes: Vec<i32> = self.first.union(retries).copied().collect();
        let start = after.map_or(0, |after| lanes.partition_point(|lane| *lane <= after));
        let count = lanes.len().max(1);
        lanes.rotate_left(start % count);
        lanes
    }

    /// Those that came in since they were asked for last.
    pub fn take_recent(&mut self) -> BTreeSet<i32> {
        std::mem::take(&mut self.recent)
    }

    /// Whether a lane has first attempts.
    pub fn has_first(&self, lane: i32) -> bool {
        self.first.contains(&lane)
    }

    /// How often something came into a lane.
    pub fn arrivals(&self, lane: i32) -> u64 {
        self.arrivals.get(&lane).copied().unwrap_or(0)
    }

    /// Nothing is left in a lane, unless something came in since it had so many arrivals.
    pub fn emptied(&mut self, lane: i32, arrivals: u64) {
        if self.arrivals(lane) == arrivals {
            self.first.remove(&lane);
            self.arrivals.remove(&lane);
        }
    }

    /// The position after which a lane is read.
    pub fn floor(&mut self, lane: i32, now: Instant) -> i64 {
        match self.floors.get_mut(&lane) {
            Some(floor) if now.saturating_duration_since(floor.from_start) < FROM_START => {
                floor.seq.saturating_sub(SLACK)
            }
            Some(floor) => {
                floor.from_start = now;
                i64::MIN
            }
            None => i64::MIN,
        }
    }

    /// A lane was claimed up to this position.
    pub fn raise_floor(&mut self, lane: i32, seq: i64, now: Instant) {
        if self.floors.len() >= MOST {
            self.floors.clear();
        }
        let floor = self.floors.entry(lane).or_insert(Floor { seq, from_start: now });
        floor.seq = floor.seq.max(seq);
    }

    /// Something of these lanes is free again.
    pub fn released(&mut self, lanes: impl IntoIterator<Item = i32>) {
        for lane in lanes {
            self.floors.remove(&lane);
            self.first.insert(lane);
            *self.arrivals.entry(lane).or_default() += 1;
        }
    }

    /// Whether other senders are notified of a release now.
    pub fn may_ring(&mut self, now: Instant) -> bool {
        let may = self.rung_at.is_none_or(|at| now.saturating_duration_since(at) >= RING);
        if may {
            self.rung_at = Some(now);
        }
        may
    }

    /// Anything may be free again: all lanes are to be looked at.
    pub fn forget_floors(&mut self) {
        self.floors.clear();
        self.is_known = false;
    }

    /// What is known of a lane.
    pub fn facts(&self, lane: i32) -> Option<&LaneFacts> {
        self.facts.get(&lane)
    }

    /// Remembers what a lane is.
    pub fn remember(&mut self, lane: i32, facts: LaneFacts) {
        if self.facts.len() >= MOST {
            self.facts.clear();
        }
        self.facts.insert(lane, facts);
    }

    /// A delivery of a lane has ended.
    pub fn note_past(&mut self, lane: i32, past: Past) {
        if let Some(facts) = self.facts.get_mut(&lane) {
            facts.past = Some(past);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(ready: &ReadyLanes, after: Option<i32>) -> Vec<i32> {
        ready.round(after, &BTreeSet::new())
    }

    #[test]
    fn a_round_begins_after_the_last_lane_and_has_each_once() {
        let mut ready = ReadyLanes::default();
        assert!(!ready.is_known() && ready.found([3, 1, 2]) && ready.is_known());
        assert_eq!(round(&ready, None), [1, 2, 3]);
        assert_eq!(round(&ready, Some(1)), [2, 3, 1]);
        assert_eq!(round(&ready, Some(9)), [1, 2, 3]);
        assert_eq!(ready.round(Some(2), &[2, 7].into()), [3, 7, 1, 2], "with retries");
        assert!(!ready.found([1]), "it is known");
        assert!(ready.arrived([5]) && ready.has_first(5) && !ready.has_first(7));
        assert_eq!((ready.take_recent(), ready.take_recent()), ([5].into(), BTreeSet::new()));
    }

    #[test]
    fn what_comes_in_during_a_claim_is_not_forgotten_by_it() {
        let mut ready = ReadyLanes::default();
        assert!(ready.arrived([1]));
        let before = ready.arrivals(1);
        assert!(!ready.arrived([1]), "it had something");
        ready.emptied(1, before);
        assert_eq!(round(&ready, None), [1]);
        ready.emptied(1, ready.arrivals(1));
        assert!(round(&ready, None).is_empty());
    }

    #[test]
    fn a_floor_is_passed_now_and_then_and_gone_once_something_is_free_before_it() {
        let (mut ready, now) = (ReadyLanes::default(), Instant::now());
        assert_eq!(ready.floor(1, now), i64::MIN);
        ready.raise_floor(1, 5 * SLACK, now);
        ready.raise_floor(1, 4 * SLACK, now);
        assert_eq!(ready.floor(1, now), 4 * SLACK);
        let later = now + FROM_START;
        assert_eq!(ready.floor(1, later), i64::MIN, "from the beginning");
        assert_eq!(ready.floor(1, later), 4 * SLACK, "once");
        ready.released([1]);
        assert_eq!(ready.floor(1, later), i64::MIN);
        ready.raise_floor(1, 5 * SLACK, now);
        ready.emptied(1, ready.arrivals(1));
        assert!(ready.found([1]), "a sweep found something");
        assert_eq!(ready.floor(1, now), i64::MIN);
        ready.raise_floor(1, 5 * SLACK, now);
        ready.forget_floors();
        assert_eq!((ready.floor(1, now), ready.is_known()), (i64::MIN, false));
    }

    #[test]
    fn many_lanes_are_not_looked_at_within_a_claim() {
        let mut ready = ReadyLanes::default();
        assert!(ready.found(1..=256) && ready.are_few());
        assert!(ready.found(1..=257) && !ready.are_few());
    }

    #[test]
    fn others_are_notified_of_releases_once_in_a_while() {
        let (mut ready, now) = (ReadyLanes::default(), Instant::now());
        assert!(ready.may_ring(now) && !ready.may_ring(now));
        assert!(!ready.may_ring(now + RING / 2) && ready.may_ring(now + RING));
    }
}
