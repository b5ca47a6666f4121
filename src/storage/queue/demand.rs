//! The demand of a sender: how much it wants, and how much it has already.

use std::collections::HashMap;

use jiff::Timestamp;

use super::fleet::Fleet;
use crate::record::{LaneId, Origin};

/// Of what a person sent of one profile to one endpoint, this many attempts are in flight or read ahead
/// whatever else is.
pub const MANUAL: usize = 4;

/// How fast the attempts of a lane end.
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
    /// All.
    pub open: usize,
    /// Those of fast lanes.
    pub fast: usize,
    /// How many more of its fast lanes may be read ahead.
    pub ahead: usize,
    /// It is left alone for a while: nothing more of it is wanted.
    pub held: bool,
    /// Its name did not resolve lately: it has one attempt at a time.
    pub unresolved: bool,
}

/// Deliveries of one lane that are in flight or read ahead.
#[derive(Debug, Clone, Copy)]
pub struct LaneLoad {
    /// All.
    pub open: usize,
    /// How fast its attempts end.
    pub pace: Pace,
    /// The slot time that it used recently, in no unit: the least used is the lowest.
    pub used: i64,
}

impl Default for LaneLoad {
    /// Nothing is known of it, and nothing is in flight.
    fn default() -> Self {
        Self { open: 0, pace: Pace::Unknown, used: i64::MIN }
    }
}

/// The demand of a sender: how many deliveries it wants, and which it has in flight or read ahead.
#[derive(Debug, Clone)]
pub struct Demand {
    /// The time by the sender's clock. A queue with a clock of its own goes by that.
    pub now: Timestamp,
    /// Most deliveries to claim.
    pub limit: usize,
    /// Most attempts in flight to one origin, of all senders together.
    pub per_origin: usize,
    /// The senders that share those.
    pub fleet: Fleet,
    /// Origins with anything in flight or read ahead, or that end their attempts fast.
    pub origins: HashMap<Origin, OriginLoad>,
    /// Lanes with anything in flight or read ahead, or whose pace is known.
    pub lanes: HashMap<LaneId, LaneLoad>,
    /// The lane after which the queue looks first: the last claim's [`Claimed::after`](super::Claimed::after).
    pub after: Option<LaneId>,
}

impl Demand {
    /// So many for a sender with nothing in flight.
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

    /// Whether another of this lane is wanted, of an origin of which this sender has so many
    /// [slots](Self::slots). The first always is where it has any, so that the sender knows all lanes that
    /// wait; a slow lane takes no more of the room of fast ones.
    #[must_use]
    pub fn has_room(origin: &OriginLoad, slots: usize, lane: &LaneLoad, manual: bool) -> bool {
        let is_first = lane.open < if manual { MANUAL } else { 1 };
        let has_slot = match lane.pace {
            _ if origin.unresolved => origin.open == 0,
            Pace::Fast => origin.fast < slots.saturating_add(origin.ahead),
            Pace::Unknown | Pace::Slow => origin.open < slots,
        };
        slots > 0 && !origin.held && (is_first || has_slot)
    }
}
