//! What an update removes because the document does not mention it.

use std::fmt;

use serde_json::Value;

use super::Document;
use crate::profile::auth::Auth;
use crate::profile::auto_enable::AutoEnable;
use crate::profile::{Profile, Status};

/// A part of a profile that a document may omit; it is then as in a new profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovedPart {
    /// `headers`.
    Headers,
    /// `auth`.
    Authentication,
    /// `enc`.
    Encryption,
    /// `signing_secret`.
    SigningSecret,
    /// `signing_secrets`, beyond the current one.
    OlderSecrets,
    /// `tls`.
    Tls,
    /// `retry`.
    Retry,
    /// `body`.
    Body,
    /// `data_format`.
    DataFormat,
    /// `http2`.
    Http2,
    /// `expires_after_s`.
    Expiry,
    /// `max_in_flight`.
    MaxInFlight,
    /// `rate_limit`.
    RateLimit,
    /// `ordered`.
    Ordered,
    /// `auto_enable`.
    AutoEnable,
    /// `status`, where it is not active.
    Disabled,
}

impl RemovedPart {
    const ALL: [Self; 16] = [
        Self::Headers,
        Self::Authentication,
        Self::Encryption,
        Self::SigningSecret,
        Self::OlderSecrets,
        Self::Tls,
        Self::Retry,
        Self::Body,
        Self::DataFormat,
        Self::Http2,
        Self::Expiry,
        Self::MaxInFlight,
        Self::RateLimit,
        Self::Ordered,
        Self::AutoEnable,
        Self::Disabled,
    ];

    /// Whether a profile has it.
    fn is_in(self, profile: &Profile) -> bool {
        match self {
            Self::Headers => !profile.headers.is_empty(),
            Self::Authentication => profile.auth != Auth::None,
            Self::Encryption => profile.encryption.is_some(),
            Self::SigningSecret => !profile.signing_secrets.is_empty(),
            Self::OlderSecrets => profile.signing_secrets.len() > 1,
            Self::Tls => !profile.tls.is_usual(),
            Self::Retry => profile.retry.count() > 0,
            Self::Body => !profile.body.text().is_empty(),
            Self::DataFormat => profile.data_format.is_some(),
            Self::Http2 => profile.http2,
            Self::Expiry => profile.expires_after_s.is_some(),
            Self::MaxInFlight => profile.pacing.max_in_flight.is_some(),
            Self::RateLimit => profile.pacing.rate_limit.is_some(),
            Self::Ordered => profile.pacing.ordered,
            Self::AutoEnable => profile.auto_enable != AutoEnable::default(),
            Self::Disabled => profile.status != Status::Active,
        }
    }

    /// The name of its member.
    fn member(self) -> &'static str {
        match self {
            Self::Headers => "headers",
            Self::Authentication => "auth",
            Self::Encryption => "enc",
            Self::SigningSecret => "signing_secret",
            Self::OlderSecrets => "signing_secrets",
            Self::Tls => "tls",
            Self::Retry => "retry",
            Self::Body => "body",
            Self::DataFormat => "data_format",
            Self::Http2 => "http2",
            Self::Expiry => "expires_after_s",
            Self::MaxInFlight => "max_in_flight",
            Self::RateLimit => "rate_limit",
            Self::Ordered => "ordered",
            Self::AutoEnable => "auto_enable",
            Self::Disabled => "status",
        }
    }

    /// Whether a document does not mention it. `null` keeps secrets only.
    fn is_absent(self, document: &Value) -> bool {
        match document.get(self.member()) {
            // The list has the current one too.
            None if self == Self::SigningSecret => document.get("signing_secrets").is_none(),
            None => true,
            Some(value) => value.is_null() && !matches!(self, Self::SigningSecret | Self::OlderSecrets),
        }
    }

    /// What an update has done, for a message.
    #[must_use]
    pub fn done(self) -> String {
        match self {
            Self::Disabled => "it was disabled and is now enabled".to_owned(),
            part => format!("{part} removed"),
        }
    }
}

/// In words, for a message.
impl fmt::Display for RemovedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Headers => "headers",
            Self::Authentication => "authentication",
            Self::Encryption => "encryption",
            Self::SigningSecret => "signing secret",
            Self::OlderSecrets => "older signing secrets",
            Self::Tls => "CA file and client certificate",
            Self::Retry => "retries",
            Self::Body => "body",
            Self::DataFormat => "data format",
            Self::Http2 => "HTTP/2",
            Self::Expiry => "expiry",
            Self::MaxInFlight => "limit of attempts in flight",
            Self::RateLimit => "rate limit",
            Self::Ordered => "order",
            Self::AutoEnable => "auto-enable",
            Self::Disabled => "disabled status",
        })
    }
}

/// The parts that a document does not mention.
pub(super) fn absent(document: &Value) -> Vec<RemovedPart> {
    RemovedPart::ALL.into_iter().filter(|part| part.is_absent(document)).collect()
}

impl Document {
    /// The parts that the stored profile has and the new one does not, only because the document does not mention
    /// them.
    #[must_use]
    pub fn removed(&self, stored: &Profile, made: &Profile) -> Vec<RemovedPart> {
        // Older secrets go with the current one, and need not be named again.
        let is_implied =
            |part: &RemovedPart| *part == RemovedPart::OlderSecrets && made.signing_secrets.is_empty();
        let gone = |part: &RemovedPart| part.is_in(stored) && !part.is_in(made) && !is_implied(part);
        self.absent.iter().copied().filter(gone).collect()
    }
}
