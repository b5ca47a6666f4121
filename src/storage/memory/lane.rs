//! Lanes of the queue in memory.

use crate::profile::ProfileId;
use crate::record::{LastOutcome, Origin};
use crate::storage::health::lane_health::LaneHealth;

/// The deliveries of one profile to one origin; manual ones have a separate lane.
#[derive(Debug, Clone)]
pub struct Lane {
    /// The profile.
    pub profile_id: ProfileId,
    /// Scheme, host and port.
    pub origin: Origin,
    /// Whether its deliveries are manual.
    pub manual: bool,
    /// How its last ended delivery ended.
    pub last_outcome: Option<LastOutcome>,
    /// What its outcomes say of the profile.
    pub health: LaneHealth,
}

/// The index of a lane, which is added if it is new.
pub fn index_of(lanes: &mut Vec<Lane>, profile_id: &ProfileId, origin: &str, manual: bool) -> usize {
    let is_it =
        |lane: &Lane| lane.profile_id == *profile_id && &*lane.origin == origin && lane.manual == manual;
    lanes.iter().position(is_it).unwrap_or_else(|| {
        let (profile_id, origin) = (profile_id.clone(), origin.into());
        lanes.push(Lane { profile_id, origin, manual, last_outcome: None, health: LaneHealth::default() });
        lanes.len() - 1
    })
}
