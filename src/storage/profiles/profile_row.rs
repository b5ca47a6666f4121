//! A profile as it is listed.

use jiff::Timestamp;

use crate::profile::{Channel, Method, ProfileId, Status};

/// A profile as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileRow {
    /// The callback profile id.
    pub id: ProfileId,
    /// The title.
    pub title: String,
    /// The channel.
    pub channel: Channel,
    /// The HTTP method.
    pub method: Method,
    /// Whether it accepts events.
    pub status: Status,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last saved.
    pub modified_at: Timestamp,
    /// The URL with its placeholders.
    pub endpoint: String,
}
