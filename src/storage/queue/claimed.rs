//! The result of a claim.

use jiff::Timestamp;

use crate::record::{Job, LaneId};

/// The result of a claim: deliveries that no other claim returns until they are recorded or released.
#[derive(Debug, Default)]
pub struct Claimed {
    /// In the order of their turns; of each lane first attempts before retries, then by their time.
    pub jobs: Vec<Job>,
    /// When the next one is due, by the sender's clock.
    pub next_due: Option<Timestamp>,
    /// Due deliveries that cannot be read and have failed for that: a sentence each.
    pub unreadable: Vec<String>,
    /// For the next claim ([`Demand::after`](super::Demand::after)).
    pub after: Option<LaneId>,
    /// Lanes are left that were not looked at: ask again, even if nothing was found.
    pub is_partial: bool,
}
