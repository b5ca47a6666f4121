//! What the secrets of a profile say about a request.

use super::decryption::Decryption;
use super::verification::Verification;

/// What is known about a request with the secrets of a profile.
#[derive(Debug, Clone, Copy, Default)]
pub struct Examined<'a> {
    /// Decrypts its values.
    pub decryption: Option<&'a Decryption>,
    /// Whether it is what the profile sends.
    pub verification: Option<&'a Verification>,
}
