//! The order in which lanes are read: first manual deliveries, then origins by their load, and the lanes of one
//! origin by theirs.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::record::{LaneId, Origin};
use crate::storage::{Demand, LaneLoad, MANUAL, OriginLoad, Pace};

/// The lanes that take turns. Each has an index.
pub struct Turns<'a> {
    demand: &'a Demand,
    origins: Vec<Sharing>,
    by_name: HashMap<Origin, usize>,
    lanes: Vec<Lane>,
    /// Origins with a lane that has a free slot.
    heap: BinaryHeap<Reverse<(Precedence, usize)>>,
}

/// An origin, and its lanes in order.
struct Sharing {
    load: OriginLoad,
    /// This sender's number of slots there.
    slots: usize,
    lanes: BinaryHeap<Reverse<(Standing, usize)>>,
}

struct Lane {
    load: LaneLoad,
    manual: bool,
    origin: usize,
}

/// The lowest origin is next: those with manual deliveries, then those with the lowest load, then by index.
type Precedence = (bool, usize, usize);

/// The lowest lane of an origin is next.
type Standing = (Rank, usize, i64);

#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Rank {
    /// It is manual, and hardly anything of this lane is in flight.
    Manual,
    /// It is not known to be slow.
    Fresh,
    /// It is slow, or its first attempt is still open.
    Suspect,
}

impl Lane {
    fn standing(&self) -> Standing {
        let rank = match self.load.pace {
            _ if self.manual && self.load.open < MANUAL => Rank::Manual,
            Pace::Fast => Rank::Fresh,
            Pace::Unknown if self.load.open == 0 => Rank::Fresh,
            Pace::Unknown | Pace::Slow => Rank::Suspect,
        };
        (rank, self.load.open, self.load.used)
    }
}

impl<'a> Turns<'a> {
    /// Without lanes.
    pub fn new(demand: &'a Demand) -> Self {
        Self {
            demand,
            origins: Vec::new(),
            by_name: HashMap::new(),
            lanes: Vec::new(),
            heap: BinaryHeap::new(),
        }
    }

    /// Adds a non-empty lane; its index is the number of lanes added before.
    pub fn add(&mut self, lane: LaneId, origin: &Origin, manual: bool) {
        let found = self.by_name.get(origin).copied();
        let sharing = found.unwrap_or_else(|| {
            let load = self.demand.origins.get(origin).copied().unwrap_or_default();
            let slots = self.demand.slots(origin);
            self.origins.push(Sharing { load, slots, lanes: BinaryHeap::new() });
            self.by_name.insert(origin.clone(), self.origins.len() - 1);
            self.origins.len() - 1
        });
        let load = self.demand.lanes.get(&lane).copied().unwrap_or_default();
        let lane = Lane { load, manual, origin: sharing };
        self.origins[sharing].lanes.push(Reverse((lane.standing(), self.lanes.len())));
        self.lanes.push(lane);
    }

    /// Called after all lanes were added.
    pub fn begin(&mut self) {
        (0..self.origins.len()).for_each(|origin| self.queue(origin));
    }

    /// Takes the next lane and returns its index.
    pub fn next(&mut self) -> Option<usize> {
        let Reverse((_, origin)) = self.heap.pop()?;
        let Reverse((_, place)) = self.origins[origin].lanes.pop()?;
        let lane = &mut self.lanes[place];
        let load = &mut self.origins[origin].load;
        lane.load.open += 1;
        lane.load.room = lane.load.room.saturating_sub(1);
        load.open += 1;
        load.fast += usize::from(lane.load.pace == Pace::Fast);
        Some(place)
    }

    /// The lane that was taken last, by index, may have another turn if it has `more`.
    pub fn put_back(&mut self, place: usize, more: bool) {
        let lane = &self.lanes[place];
        if more {
            self.origins[lane.origin].lanes.push(Reverse((lane.standing(), place)));
        }
        self.queue(lane.origin);
    }

    /// Puts an origin among the others, once its next lane has a free slot. The number of free slots never grows
    /// here.
    fn queue(&mut self, origin: usize) {
        let Sharing { load, slots, lanes } = &mut self.origins[origin];
        while let Some(Reverse((standing, place))) = lanes.peek().copied() {
            let lane = &self.lanes[place];
            if Demand::has_room(load, *slots, &lane.load, lane.manual) {
                let precedence = (standing.0 != Rank::Manual, load.open, place);
                self.heap.push(Reverse((precedence, origin)));
                return;
            }
            lanes.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn fast(open: usize, used: i64) -> LaneLoad {
        LaneLoad { open, pace: Pace::Fast, used, ..LaneLoad::default() }
    }

    fn slow(open: usize) -> LaneLoad {
        LaneLoad { open, pace: Pace::Slow, used: 10_000, ..LaneLoad::default() }
    }

    /// Busy with lanes of one origin, `a`: numbered from 0.
    fn busy(per_origin: usize, ahead: usize, lanes: &[LaneLoad]) -> Demand {
        let sum = |fast: bool| -> usize {
            let counts = lanes.iter().filter(|lane| !fast || lane.pace == Pace::Fast);
            counts.map(|lane| lane.open).sum()
        };
        let load = OriginLoad { open: sum(false), fast: sum(true), ahead, ..OriginLoad::default() };
        Demand {
            origins: HashMap::from([(Origin::from("a"), load)]),
            lanes: (0..).map(LaneId::new).zip(lanes.iter().copied()).collect(),
            ..Demand::idle(Timestamp::UNIX_EPOCH, usize::MAX, per_origin)
        }
    }

    /// The turns of lanes that never run out: at most `most`.
    fn turns(busy: &Demand, lanes: &[(i64, &str, bool)], most: usize) -> String {
        let mut turns = Turns::new(busy);
        for (lane, origin, manual) in lanes {
            turns.add(LaneId::new(*lane), &Origin::from(*origin), *manual);
        }
        turns.begin();
        let mut order = String::new();
        while order.len() < most
            && let Some(place) = turns.next()
        {
            order += &lanes[place].0.to_string();
            turns.put_back(place, true);
        }
        order
    }

    #[test]
    fn the_lane_with_the_fewest_open_is_next_then_the_one_that_used_least() {
        let busy = busy(16, 0, &[fast(2, 1), fast(0, 9), fast(1, 5), fast(1, 4)]);
        let all = [0, 1, 2, 3].map(|lane| (lane, "a", false));
        assert_eq!(turns(&busy, &all, 8), "13210321");
    }

    #[test]
    fn slow_lanes_come_last_and_leave_the_room_of_fast_ones() {
        let busy = busy(4, 2, &[slow(0), fast(0, 1), slow(7)]);
        let all = [0, 1, 2].map(|lane| (lane, "a", false));
        assert_eq!(turns(&busy, &all, 99), "1111110", "the first of a lane may always be read");
    }

    #[test]
    fn the_first_of_each_lane_is_read_whatever_its_origin_has_open() {
        let busy = busy(2, 0, &[slow(40)]);
        let all = [(0, "a", false), (8, "a", false), (9, "a", false)];
        assert_eq!(turns(&busy, &all, 99), "89");
    }

    #[test]
    fn a_lane_gets_no_more_turns_than_its_profile_has_room_for() {
        let limited = |room| LaneLoad { room, ..fast(0, 0) };
        let busy = busy(16, 0, &[limited(0), limited(2), fast(0, 1)]);
        let all = [(0, "a", false), (1, "a", false), (2, "a", true)];
        assert_eq!(turns(&busy, &all, 8), "22221122");
    }

    #[test]
    fn what_a_person_sent_is_first() {
        let busy = busy(2, 0, &[slow(40)]);
        let all = [(7, "b", false), (0, "a", false), (8, "a", true)];
        assert_eq!(turns(&busy, &all, 6), "888877");
    }
}
