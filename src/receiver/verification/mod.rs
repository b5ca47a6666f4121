//! Verifies received requests with the secrets and the key of a profile, as an endpoint should.

mod authentication;
mod check;
mod encrypted_fields;
mod encryption;
mod failure;
mod headers;
mod signature;

pub use check::{CheckedPart, PartResult, VerificationCheck};
pub use failure::VerificationFailure;

use serde_json::{Value, json};

use super::decryption::Decryption;
use super::received::Received;
use crate::profile::{Auth, Profile, ProfileId, Secret};

use encrypted_fields::encrypted_fields;
use headers::ExpectedHeader;

/// Everything of a profile that its requests are verified with. Its secrets are in no debug output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    id: ProfileId,
    title: String,
    secrets: Vec<Secret>,
    auth: Auth,
    headers: Vec<ExpectedHeader>,
    decryption: Option<Decryption>,
}

/// The result for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The profile that it was verified with.
    pub profile_id: ProfileId,
    /// The title of that profile.
    pub title: String,
    /// Each part of the request that was checked.
    pub checks: Vec<VerificationCheck>,
}

impl Verifier {
    /// The header with the API key of the profile, whatever its name suggests.
    #[must_use]
    pub fn credential_header(&self) -> Option<&str> {
        match &self.auth {
            Auth::ApiKey { header, .. } => Some(header),
            Auth::None | Auth::Basic { .. } | Auth::OAuth2(_) => None,
        }
    }
}

impl From<&Profile> for Verifier {
    fn from(profile: &Profile) -> Self {
        let decryption = profile.encryption.as_ref().map(|encryption| {
            let fields = encrypted_fields(profile, encryption);
            Decryption { fields: Some(fields).filter(|fields| !fields.is_empty()), ..encryption.into() }
        });
        Self {
            id: profile.id.clone(),
            title: profile.title.as_str().to_owned(),
            secrets: profile.signing_secrets.clone(),
            auth: profile.auth.clone(),
            headers: headers::expected(profile),
            decryption,
        }
    }
}

impl Verifier {
    /// The title of the profile.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// How values are decrypted, if the profile encrypts.
    #[must_use]
    pub fn decryption(&self) -> Option<&Decryption> {
        self.decryption.as_ref()
    }

    /// The parts of a request that are checked, such as `signature, timestamp`; empty if the profile has neither
    /// signing secret nor credentials nor headers nor encryption.
    #[must_use]
    pub fn checks(&self) -> String {
        let mut parts = Vec::new();
        if !self.secrets.is_empty() {
            parts.extend(["signature", "timestamp"]);
        }
        if self.auth != Auth::None {
            parts.push("credentials");
        }
        if !self.headers.is_empty() {
            parts.push("headers");
        }
        if self.decryption.is_some() {
            parts.push("encrypted values");
        }
        parts.join(", ")
    }

    /// Checks a request, at the time when it was received.
    #[must_use]
    pub fn verify(&self, received: &Received) -> Verification {
        let mut checks = Vec::new();
        if !self.secrets.is_empty() {
            checks.extend(signature::checked(&self.secrets, received));
        }
        checks.extend(authentication::checked(&self.auth, received));
        checks.extend(self.headers.iter().map(|header| header.checked(received)));
        checks.extend(self.decryption.as_ref().map(|decryption| encryption::checked(decryption, received)));
        Verification { profile_id: self.id.clone(), title: self.title.clone(), checks }
    }
}

impl Verification {
    /// Whether every part is right. None if no part is wrong and one of them cannot be checked, or if the profile has
    /// nothing to check.
    #[must_use]
    pub fn is_verified(&self) -> Option<bool> {
        let mut all_passed = None;
        for check in &self.checks {
            match check.result {
                PartResult::Failed(_) => return Some(false),
                PartResult::NotChecked(_) => all_passed = Some(false),
                PartResult::Passed => all_passed = all_passed.or(Some(true)),
            }
        }
        all_passed.filter(|all_passed| *all_passed)
    }

    /// As `verification` of `receive --json`.
    #[must_use]
    pub fn document(&self) -> Value {
        let checks: Vec<_> = self.checks.iter().map(VerificationCheck::document).collect();
        json!({
            "profile_id": self.profile_id.as_str(),
            "profile": self.title,
            "verified": self.is_verified(),
            "checks": checks,
        })
    }

    /// For people, a line for each part that failed or was not checked, and one for all that are right. The text is
    /// made of names and reasons and has no secret; it is not sanitized for a terminal.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut right = Vec::new();
        let mut others = Vec::new();
        for check in &self.checks {
            match &check.result {
                PartResult::Passed => right.push(check.part.to_string()),
                PartResult::Failed(why) => others.push(format!("✗ {}: {why}", check.part)),
                PartResult::NotChecked(why) => others.push(format!("– {}: {why}", check.part)),
            }
        }
        if !right.is_empty() {
            let verified = if self.is_verified() == Some(true) { "✓ verified:" } else { "✓" };
            others.push(format!("{verified} {}", right.join(", ")));
        }
        others
    }
}

#[cfg(test)]
mod tests;
