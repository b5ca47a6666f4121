//! The demand of a sender: how much it wants, and how much it already has.

use std::collections::HashMap;

use jiff::Timestamp;

use super::fleet::Fleet;
use crate::record::{LaneId, Origin};

/// Of the manual deliveries of one profile to one endpoint, this many may be in flight or read ahead in any case.
pub const MANUAL: usize = 4;

/// The speed of a lane's attempts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pace {
    /// None has ended yet.
    #[default]
    Unknown,
    /// In less than a second.
    Fast,
    /// They take a second or more, or time out.
    Slow,
}

/// Deliveries of one origin that are in flight or read ahead.
#[derive(Debug, Clone, Copy, Default)]
pub struct OriginLoad {
    /// In total.
    pub open: usize,
    /// In fast lanes.
    pub fast: usize,
    /// How many more may be read ahead for its fast lanes.
    pub ahead: usize,
    /// It is suspended: nothing more is wanted for it.
    pub suspended: bool,
    /// Its name did not resolve recently: it gets one attempt at a time.
    pub unresolved: bool,
}

/// Deliveries of one lane that are in flight or read ahead.
#[derive(Debug, Clone, Copy)]
pub struct LaneLoad {
    /// In total.
    pub open: usize,
    /// The speed of its attempts.
    pub pace: Pace,
    /// Its recent slot time, in no unit: the least used is the lowest.
    pub used: i64,
    /// How many more are wanted, as its profile limits what is sent.
    pub room: usize,
    /// Its oldest pending delivery is wanted, and nothing while that is claimed or waits: see
    /// [`Queue::claim`](super::Queue::claim).
    pub ordered: bool,
}

impl Default for LaneLoad {
    /// Nothing is known about it, and nothing is in flight.
    fn default() -> Self {
        Self { open: 0, pace: Pace::Unknown, used: i64::MIN, room: usize::MAX, ordered: false }
    }
}

/// The demand of a sender: how many deliveries it wants, and which it has in flight or read ahead.
#[derive(Debug, Clone)]
pub struct Demand {
    /// The time by the sender's clock. A queue with its own clock uses that.
    pub now: Timestamp,
    /// The maximum number of deliveries to claim.
    pub limit: usize,
    /// The maximum number of attempts in flight to one origin, of all senders together.
    pub per_origin: usize,
    /// The senders that share those.
    pub fleet: Fleet,
    /// Origins with anything in flight or read ahead, or with fast attempts.
    pub origins: HashMap<Origin, OriginLoad>,
    /// Lanes with anything in flight or read ahead, or with a known pace.
    pub lanes: HashMap<LaneId, LaneLoad>,
    /// The lane after which the queue starts: the last claim's [`Claimed::after`](super::Claimed::after).
    pub after: Option<LaneId>,
}

impl Demand {
    /// The demand of a sender with nothing in flight.
    #[must_use]
    pub fn idle(now: Timestamp, limit: usize, per_origin: usize) -> Self {
        let (origins, lanes) = Default::default();
        Self { now, limit, per_origin, fleet: Fleet::alone(), origins, lanes, after: None }
    }

    /// How many attempts this sender may have in flight to an origin.
    #[must_use]
    pub fn slots(&self, origin: &str) -> usize {
        self.fleet.share(origin, self.per_origin)
    }

    /// Whether a lane is ordered.
    #[must_use]
    pub fn is_ordered(&self, lane: LaneId) -> bool {
        self.lanes.get(&lane).is_some_and(|load| load.ordered)
    }

    /// Whether another delivery of this lane is wanted, for an origin where this sender has this many
    /// [slots](Self::slots). The first one always is if there is any slot, so that the sender knows all waiting
    /// lanes, and if the profile does not limit it; a slow lane uses no more of the slots of fast ones.
    #[must_use]
    pub fn has_room(origin: &OriginLoad, slots: usize, lane: &LaneLoad, manual: bool) -> bool {
        let is_first = lane.open < if manual { MANUAL } else { 1 };
        let has_slot = match lane.pace {
            _ if origin.unresolved => origin.open == 0,
            Pace::Fast => origin.fast < slots.saturating_add(origin.ahead),
            Pace::Unknown | Pace::Slow => origin.open < slots,
        };
        slots > 0 && lane.room > 0 && !origin.suspended && (is_first || has_slot)
    }
}
