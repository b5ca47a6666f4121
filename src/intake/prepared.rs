//! The delivery that an event becomes.

use crate::callback::Values;
use crate::intake::missing;
use crate::intake::rules::event_meant;
use crate::profile::{Event, Profile};
use crate::record::NewDelivery;

/// An event that can be accepted.
#[derive(Debug)]
pub struct PreparedEvent {
    /// Its delivery. One whose request cannot be built is accepted too, and fails for that reason (facts, section 4).
    pub delivery: NewDelivery,
    /// The variables of the profile without a value in it, in the order of the request.
    pub missing: Vec<String>,
}

impl PreparedEvent {
    /// The delivery of an event of a profile that accepts events: see [`taking`](super::rules::taking).
    ///
    /// # Errors
    /// The profile does not subscribe to this event, or to several while none is named.
    pub fn new(profile: &Profile, event: Option<Event>, values: Values) -> Result<Self, String> {
        let event = event_meant(profile, event)?;
        let missing = missing::paths(profile, &values).into_iter().map(str::to_owned).collect();
        Ok(Self { delivery: NewDelivery::event(profile, event, values), missing })
    }
}
