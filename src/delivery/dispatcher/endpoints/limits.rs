//! What the dispatcher asks about limits of profiles.

use std::time::Instant;

use super::Endpoints;
use super::endpoint::Endpoint;
use crate::record::{JobRef, LaneId, Origin};

impl Endpoints {
    /// Any profile may have changed, and its limits.
    pub fn doubt_limits(&mut self) {
        self.all.values_mut().for_each(Endpoint::doubt_limits);
    }

    /// Whether limits have made room for more, or something read beyond them is to be released.
    pub fn take_wants_claim(&mut self) -> bool {
        std::mem::take(&mut self.wants_claim)
    }

    /// An event of an ordered profile is recorded: the next one may start.
    pub fn recorded(&mut self, origin: &Origin, lane: LaneId, now: Instant) {
        self.change(origin, now, |endpoint, _| endpoint.recorded(lane));
    }

    /// Takes what was read beyond the limits of its profile, to release it.
    pub fn take_surplus(&mut self, out: &mut Vec<JobRef>) {
        let before = out.len();
        self.all.values_mut().for_each(|endpoint| out.append(&mut endpoint.surplus));
        self.wants_claim |= out.len() > before;
    }
}
