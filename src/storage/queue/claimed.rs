//! The result of a claim.

use jiff::Timestamp;

use crate::record::{Job, LaneId};

/// The result of a claim: deliveries that no other claim returns until they are recorded or released.
#[derive(Debug, Default)]
pub struct Claimed {
    /// In the order of their turns; in each lane first attempts before retries, then by time.
    pub jobs: Vec<Job>,
    /// When the next one is due, by the sender's clock.
    pub next_due: Option<Timestamp>,
    /// Due deliveries that could not be read and have therefore failed: a sentence each.
    pub unreadable: Vec<String>,
    /// For the next claim ([`Demand::after`](super::Demand::after)).
    pub after: Option<LaneId>,
    /// Lanes are left that were not examined: claim again, even if nothing was found.
    pub is_partial: bool,
}
