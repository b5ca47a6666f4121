//! The callback profile id: generated once, never changed, copied into send requests.

use std::fmt;

use uuid::Uuid;

use super::choice::Choice;

/// The region of the platform account; the first two letters of a profile id (public page).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Region {
    /// India, the default.
    #[default]
    In,
    /// Singapore.
    Sg,
    /// Europe.
    Eu,
    /// United States.
    Us,
    /// North America, as the platform's hosts have it (public page).
    Na,
}

impl Choice for Region {
    const ALL: &'static [Self] = &[Self::In, Self::Sg, Self::Eu, Self::Us, Self::Na];

    fn name(self) -> &'static str {
        match self {
            Self::In => "IN",
            Self::Sg => "SG",
            Self::Eu => "EU",
            Self::Us => "US",
            Self::Na => "NA",
        }
    }
}

/// A callback profile id such as `IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfileId(String);

/// The text is not a callback profile id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("'{0}' is not a callback profile id; one looks like IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa")]
pub struct BadProfileId(String);

impl ProfileId {
    /// The id of a new profile; the caller provides the randomness.
    #[must_use]
    pub fn new(region: Region, unique: Uuid) -> Self {
        Self(format!("{}_{}", region.name(), unique.hyphenated()))
    }

    /// Parses an id: a region, an underscore, a UUID.
    ///
    /// # Errors
    /// The text has another form.
    pub fn parse(text: &str) -> Result<Self, BadProfileId> {
        let bad = || BadProfileId(text.to_owned());
        let (region, unique) = text.split_once('_').ok_or_else(bad)?;
        let region = Region::from_name(region).ok_or_else(bad)?;
        let unique = Uuid::try_parse(unique).map_err(|_| bad())?;
        Ok(Self::new(region, unique))
    }

    /// Whether a text is a prefix of the id, ignoring case; the region alone does not count.
    #[must_use]
    pub fn begins_with(&self, text: &str) -> bool {
        text.len() > "IN_".len()
            && self.0.as_bytes().get(..text.len()).is_some_and(|s| s.eq_ignore_ascii_case(text.as_bytes()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for region in Region::ALL {
            let id = ProfileId::new(*region, Uuid::from_u128(7));
            assert_eq!(ProfileId::parse(id.as_str()), Ok(id));
        }
    }

    #[test]
    fn rejects_other_forms() {
        for text in ["", "IN", "IN_", "XX_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa", "IN_zz"] {
            assert!(ProfileId::parse(text).is_err(), "{text}");
        }
    }
}
