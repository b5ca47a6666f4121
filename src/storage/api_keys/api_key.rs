//! An API key, without its secret.

use jiff::Timestamp;

use crate::profile::{Choice, ProfileId};
use crate::storage::api_keys::secret::KeyId;

/// What a key allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyScope {
    /// Hand over events.
    Send,
    /// Read profiles, deliveries and statistics.
    Read,
    /// Change profiles and deliveries.
    Manage,
}

impl Choice for KeyScope {
    const ALL: &'static [Self] = &[Self::Send, Self::Read, Self::Manage];

    fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Read => "read",
            Self::Manage => "manage",
        }
    }
}

/// A key of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// Its name, unique among those that are not revoked.
    pub name: String,
    /// What it allows.
    pub scope: KeyScope,
    /// The profiles that it is limited to; empty for all.
    pub profiles: Vec<ProfileId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// From then on it is refused; none if it does not expire.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to about a minute.
    pub last_used_at: Option<Timestamp>,
}

/// Whether a key can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It can.
    Active,
    /// Its time is over.
    Expired,
    /// A person has revoked it.
    Revoked,
}

impl KeyState {
    /// The name in JSON and for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl ApiKey {
    /// Whether it can be used at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => KeyState::Revoked,
            (None, Some(at)) if at <= now => KeyState::Expired,
            _ => KeyState::Active,
        }
    }

    /// Whether it may be used for a profile.
    #[must_use]
    pub fn reaches(&self, profile: &ProfileId) -> bool {
        self.profiles.is_empty() || self.profiles.contains(profile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::conformance::samples::{api_key, at, profile_id};

    #[test]
    fn a_key_is_active_until_it_expires_or_is_revoked() {
        let mut key = api_key("shop").0;
        key.expires_at = None;
        assert_eq!(key.state(Timestamp::MAX), KeyState::Active);
        key.expires_at = Some(at(10));
        assert_eq!(key.state(at(9)), KeyState::Active);
        assert_eq!(key.state(at(10)), KeyState::Expired);
        key.revoked_at = Some(at(5));
        assert_eq!(key.state(at(9)), KeyState::Revoked);
    }

    #[test]
    fn a_key_without_profiles_reaches_all_of_them() {
        let mut key = api_key("shop").0;
        key.profiles.clear();
        assert!(key.reaches(&profile_id(1)));
        key.profiles = vec![profile_id(2)];
        assert!(key.reaches(&profile_id(2)) && !key.reaches(&profile_id(1)));
    }
}
