//! What a token depends on.

use crate::profile::{OAuth2, Tls};

/// What a token is fetched with, and secured with on its way.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Wanted {
    pub oauth2: OAuth2,
    pub tls: Tls,
}
