//! Which lanes have something to claim, and where their queues begin.
//!
//! Lanes come in by bells and by sweeps, and go out when a claim finds less than it asked for. Where the queue of each
//! starts is in [`LaneStarts`].

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};

use crate::profile::ProfileId;
use crate::record::{LastOutcome, Origin};
use crate::storage::postgres::queue::look_back::LookBack;
use crate::storage::postgres::queue::starts::LaneStarts;

/// The least time between two notifications of releases; other senders also poll.
const RING: Duration = Duration::from_secs(1);

/// With this many lanes, all are looked at whenever a claim finds less than it asked for; that takes a tenth of a
/// millisecond.
const FEW: usize = 256;

/// How often all lanes with retries are looked for at most, and that this takes a twenty-fifth of the time at most.
const RETRIES_EVERY: Duration = Duration::from_millis(250);
const RETRIES_REST: u32 = 24;

/// How many lanes are remembered.
const MOST: usize = 200_000;

/// What is the same for all deliveries of a lane.
#[derive(Debug, Clone)]
pub struct LaneFacts {
    pub profile_id: ProfileId,
    pub origin: Origin,
    /// A person sent its deliveries.
    pub manual: bool,
    /// How its last ended delivery ended.
    pub last_outcome: Option<LastOutcome>,
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
    /// How many lanes were found empty, and stayed since something came in meanwhile.
    stayed: usize,
    /// Where their queues start.
    pub starts: LaneStarts,
    /// The look at what lies before.
    pub look_back: LookBack,
    /// What was stored of where queues start is known.
    has_starts: bool,
    /// Lanes with retries that others hide: see [`needs_retries`](Self::needs_retries).
    retries: BTreeSet<i32>,
    /// When all lanes with retries may be looked for again.
    retries_at: Option<Instant>,
    facts: HashMap<i32, LaneFacts>,
    /// Lanes of profiles that are probed or recovering, of which something was claimed.
    pub metered: HashSet<i32>,
    /// All lanes were looked at once.
    is_known: bool,
    /// Few were found then.
    are_few: bool,
    /// When others were last notified of what is released.
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

    /// All lanes were looked at, and these have something, each from this position on. Whether one of them was not
    /// known to.
    pub fn found(&mut self, lanes: impl IntoIterator<Item = (i32, i64)>) -> bool {
        self.is_known = true;
        let (mut is_new, mut count) = (false, 0_usize);
        for (lane, seq) in lanes {
            count = count.saturating_add(1);
            self.starts.found(lane, seq);
            is_new |= self.first.insert(lane);
        }
        self.are_few = count <= FEW && self.starts.count_dense() <= FEW;
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

    /// Nothing is left in a lane, unless its number of arrivals has changed since.
    pub fn emptied(&mut self, lane: i32, arrivals: u64) {
        if self.arrivals(lane) == arrivals {
            self.first.remove(&lane);
            self.arrivals.remove(&lane);
        } else {
            self.stayed = self.stayed.saturating_add(1);
        }
    }

    /// Whether a lane has stayed that was found empty, since something came in meanwhile: what comes in later says
    /// nothing new of it, so the next claim must not wait for that.
    pub fn take_stayed(&mut self) -> bool {
        std::mem::take(&mut self.stayed) > 0
    }

    /// Rows of these lanes are free again, at these positions, as retries or not.
    pub fn released(&mut self, rows: impl IntoIterator<Item = (i32, i64, bool)>) {
        for (lane, seq, is_retry) in rows {
            self.starts.freed(lane, seq, is_retry);
            self.came_back(lane);
        }
    }

    /// Rows were found before the starts of their lanes, as retries or not. Whether one of them was not known.
    pub fn found_strays(&mut self, rows: impl IntoIterator<Item = (i32, i64, bool)>) -> bool {
        let mut is_new = false;
        for (lane, seq, is_retry) in rows {
            if self.starts.stray(lane, seq, is_retry) {
                is_new = true;
                self.came_back(lane);
            }
        }
        is_new
    }

    fn came_back(&mut self, lane: i32) {
        self.first.insert(lane);
        *self.arrivals.entry(lane).or_default() += 1;
    }

    /// Whether other senders are notified of a release now.
    pub fn may_ring(&mut self, now: Instant) -> bool {
        let may = self.rung_at.is_none_or(|at| now.saturating_duration_since(at) >= RING);
        if may {
            self.rung_at = Some(now);
        }
        may
    }

    /// Anything may be free again: all lanes are to be looked at, and what lies before their starts.
    pub fn look_again(&mut self) {
        self.is_known = false;
        self.look_back.hurry();
    }

    /// Whether what was stored of where queues start is known.
    pub fn has_starts(&self) -> bool {
        self.has_starts
    }

    /// What was stored of where queues start: lanes and positions.
    pub fn know_starts(&mut self, stored: impl IntoIterator<Item = (i32, i64)>) {
        for (lane, seq) in stored {
            self.starts.remember(lane, seq);
        }
        self.has_starts = true;
    }

    /// Whether to look for all lanes with due retries. A claim sees the first few hundred of all retries; where so many
    /// cannot be sent, since they are blocked or their endpoint has no slot, they would hide those of other lanes.
    pub fn needs_retries(&self, now: Instant) -> bool {
        self.retries_at.is_none_or(|at| at <= now)
    }

    /// Those lanes were looked for, which took so long.
    pub fn found_retries(&mut self, lanes: BTreeSet<i32>, now: Instant, took: Duration) {
        self.retries = lanes;
        self.retries_at = now.checked_add(RETRIES_EVERY.max(took.saturating_mul(RETRIES_REST)));
    }

    /// Lanes with retries that others hide.
    pub fn hidden_retries(&self) -> &BTreeSet<i32> {
        &self.retries
    }

    /// A lane has no more retries that are due.
    pub fn emptied_retries(&mut self, lane: i32) {
        self.retries.remove(&lane);
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
    pub fn note_last_outcome(&mut self, lane: i32, last_outcome: LastOutcome) {
        if let Some(facts) = self.facts.get_mut(&lane) {
            facts.last_outcome = Some(last_outcome);
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
        assert!(!ready.is_known() && ready.found([(3, 9), (1, 9), (2, 9)]) && ready.is_known());
        assert_eq!(round(&ready, None), [1, 2, 3]);
        assert_eq!(round(&ready, Some(1)), [2, 3, 1]);
        assert_eq!(round(&ready, Some(9)), [1, 2, 3]);
        assert_eq!(ready.round(Some(2), &[2, 7].into()), [3, 7, 1, 2], "with retries");
        assert!(!ready.found([(1, 9)]), "it is known");
        assert!(ready.arrived([5]) && ready.has_first(5) && !ready.has_first(7));
        assert_eq!((ready.take_recent(), ready.take_recent()), ([5].into(), BTreeSet::new()));
    }

    #[test]
    fn what_comes_in_during_a_claim_is_not_forgotten_by_it() {
        let mut ready = ReadyLanes::default();
        assert!(ready.arrived([1]));
        let before = ready.arrivals(1);
        assert!(!ready.arrived([1]), "it had something");
        assert!(!ready.take_stayed());
        ready.emptied(1, before);
        assert_eq!(round(&ready, None), [1]);
        assert!(ready.take_stayed() && !ready.take_stayed());
        ready.emptied(1, ready.arrivals(1));
        assert!(round(&ready, None).is_empty());
    }

    #[test]
    fn what_is_free_again_is_looked_for_where_it_is() {
        let mut ready = ReadyLanes::default();
        assert!(!ready.has_starts());
        ready.know_starts([(1, 90)]);
        assert!(ready.has_starts());
        assert_eq!(ready.starts.dense(i64::MAX), (vec![1], vec![90]));
        ready.starts.claimed(1, 100, 1);
        ready.released([(1, 40, false), (2, 50, true)]);
        assert!(ready.has_first(1) && ready.has_first(2));
        assert!(
            ready.found_strays([(1, 30, false), (1, 40, false)]) && !ready.found_strays([(1, 30, false)])
        );
        assert_eq!(ready.starts.take_strays(1, false, 9), [30, 40]);
        assert_eq!(ready.starts.take_strays(2, true, 9), [50]);
        ready.found([]);
        ready.look_again();
        assert!(!ready.is_known() && ready.look_back.is_urgent());
    }

    #[test]
    fn many_lanes_are_not_looked_at_within_a_claim() {
        let mut ready = ReadyLanes::default();
        assert!(ready.found((1..=256).map(|lane| (lane, 1))) && ready.are_few());
        assert!(ready.found((1..=257).map(|lane| (lane, 1))) && !ready.are_few());
    }

    #[test]
    fn others_are_notified_of_releases_once_in_a_while() {
        let (mut ready, now) = (ReadyLanes::default(), Instant::now());
        assert!(ready.may_ring(now) && !ready.may_ring(now));
        assert!(!ready.may_ring(now + RING / 2) && ready.may_ring(now + RING));
    }
}
