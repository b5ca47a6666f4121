//! What a delivery is about.

use crate::profile::Event;

/// What a delivery is about, for who reports it. Shared by deliveries that have it in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliverySubject {
    /// The id of the profile.
    pub profile_id: String,
    /// Its title when the delivery was accepted.
    pub profile_title: String,
    /// The event; none with Default.
    pub event: Option<Event>,
}
