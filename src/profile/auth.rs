//! How a callback proves to the endpoint where it comes from.

use super::choice::Choice;
use super::secret::Secret;

/// The credentials of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Auth {
    /// None.
    #[default]
    None,
    /// `Authorization: Basic …` (seed).
    Basic {
        /// Any characters but a colon and control characters (RFC 7617).
        user: String,
        /// Any characters but control characters.
        password: Secret,
    },
    /// A header with a key (seed).
    ApiKey {
        /// The header's name, such as `api-key`.
        header: String,
        /// The key.
        key: Secret,
    },
}

/// The kinds of authentication offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AuthKind {
    /// None.
    #[default]
    None,
    /// User and password.
    Basic,
    /// A key in a header.
    ApiKey,
}

impl Choice for AuthKind {
    const ALL: &'static [Self] = &[Self::None, Self::Basic, Self::ApiKey];

    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic => "basic",
            Self::ApiKey => "api-key",
        }
    }
}

impl Auth {
    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> AuthKind {
        match self {
            Self::None => AuthKind::None,
            Self::Basic { .. } => AuthKind::Basic,
            Self::ApiKey { .. } => AuthKind::ApiKey,
        }
    }
}
