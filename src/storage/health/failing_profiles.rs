//! The profiles that are not well.

use std::collections::HashMap;

use crate::profile::ProfileId;
use crate::storage::health::profile_health::ProfileHealth;

/// The profiles that are not well. All others are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FailingProfiles(HashMap<ProfileId, ProfileHealth>);

impl FailingProfiles {
    /// The health of a profile; none if it is well.
    #[must_use]
    pub fn of(&self, profile: &ProfileId) -> Option<&ProfileHealth> {
        self.0.get(profile)
    }

    /// Each, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&ProfileId, &ProfileHealth)> {
        self.0.iter()
    }
}

impl FromIterator<(ProfileId, ProfileHealth)> for FailingProfiles {
    fn from_iter<I: IntoIterator<Item = (ProfileId, ProfileHealth)>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}
