//! What a reader of the feed wants.

use crate::profile::ProfileId;

/// What a reader wants. By default everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedFilter {
    /// Only of these profiles; none for all. Changes that concern all profiles always match.
    pub profiles: Option<Vec<ProfileId>>,
    /// Accepted deliveries.
    pub accepted: bool,
    /// Attempts.
    pub attempts: bool,
    /// Changes of profiles.
    pub changes: bool,
}

impl Default for FeedFilter {
    fn default() -> Self {
        Self { profiles: None, accepted: true, attempts: true, changes: true }
    }
}

impl FeedFilter {
    /// Whether it wants something of this profile.
    #[must_use]
    pub fn wants(&self, profile: &ProfileId) -> bool {
        self.profiles.as_ref().is_none_or(|profiles| profiles.contains(profile))
    }
}
