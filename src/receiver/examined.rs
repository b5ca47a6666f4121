//! What the secrets of a profile say about a request.

use super::decryption::Decryption;
use super::verification::{CheckedPart, Verification};
use crate::profile::is_secret_name;

/// What is known about a request with the secrets of a profile.
#[derive(Debug, Clone, Copy, Default)]
pub struct Examined<'a> {
    /// Decrypts its values.
    pub decryption: Option<&'a Decryption>,
    /// Whether it is what the profile sends.
    pub verification: Option<&'a Verification>,
}

impl Examined<'_> {
    /// Whether the value of a header is a secret: by its name, or since the profile has its API key there.
    #[must_use]
    pub fn is_secret(&self, header: &str) -> bool {
        let checks = self.verification.iter().flat_map(|verification| &verification.checks);
        let is_key = |part: &CheckedPart| match part {
            CheckedPart::ApiKey(name) => name.eq_ignore_ascii_case(header),
            _ => false,
        };
        is_secret_name(header) || checks.into_iter().any(|check| is_key(&check.part))
    }
}
