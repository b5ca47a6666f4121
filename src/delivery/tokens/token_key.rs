//! What a token depends on.

use crate::profile::{OAuth2, Tls};

/// The settings for fetching a token, including TLS.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenKey {
    pub oauth2: OAuth2,
    pub tls: Tls,
}
