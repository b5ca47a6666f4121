//! How a callback authenticates itself to the endpoint.

use super::choice::Choice;
use super::oauth2::OAuth2;
use super::secret::Secret;

/// The credentials of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Auth {
    /// None.
    #[default]
    None,
    /// `Authorization: Basic …` (seed).
    Basic {
        /// Any characters except colons and control characters (RFC 7617).
        user: String,
        /// Any characters except control characters.
        password: Secret,
    },
    /// A header with a key (seed).
    ApiKey {
        /// The header's name, such as `api-key`.
        header: String,
        /// The key.
        key: Secret,
    },
    /// `Authorization: Bearer …` with a token from an authentication URL (*Advanced* on the platform's page).
    OAuth2(Box<OAuth2>),
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
    /// A token from an authentication URL.
    OAuth2,
}

impl Choice for AuthKind {
    const ALL: &'static [Self] = &[Self::None, Self::Basic, Self::ApiKey, Self::OAuth2];

    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic => "basic",
            Self::ApiKey => "api-key",
            Self::OAuth2 => "oauth2",
        }
    }
}

impl AuthKind {
    /// The label in the list, as on the platform's page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Basic => "Basic",
            Self::ApiKey => "API key",
            Self::OAuth2 => "Advanced",
        }
    }
}

impl Auth {
    /// The kind of authentication.
    #[must_use]
    pub fn kind(&self) -> AuthKind {
        match self {
            Self::None => AuthKind::None,
            Self::Basic { .. } => AuthKind::Basic,
            Self::ApiKey { .. } => AuthKind::ApiKey,
            Self::OAuth2(_) => AuthKind::OAuth2,
        }
    }
}
