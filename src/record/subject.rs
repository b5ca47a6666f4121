//! The profile and event of a delivery.

use crate::profile::Event;

/// The profile and event of a delivery, for reports. Shared by deliveries that have them in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliverySubject {
    /// The id of the profile.
    pub profile_id: String,
    /// Its title when the delivery was accepted.
    pub profile_title: String,
    /// The event; none with Default.
    pub event: Option<Event>,
}
