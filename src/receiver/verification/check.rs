//! A part of a request that was checked, and the result.

use std::fmt;

use serde_json::{Value, json};

use super::failure::VerificationFailure;

/// The result for a part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationCheck {
    /// The part.
    pub part: CheckedPart,
    /// The result.
    pub result: PartResult,
}

/// A part of a request that can be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckedPart {
    /// `webhook-signature`, and the index of the secret that made it: 0 is the current one.
    Signature(Option<usize>),
    /// `webhook-timestamp`.
    Timestamp,
    /// User and password.
    Basic,
    /// The header with the API key.
    ApiKey(String),
    /// An access token.
    BearerToken,
    /// A header of the profile.
    Header(String),
    /// The encrypted values: how many were decrypted, and whether that verifies the key.
    Encryption {
        /// Decrypted values.
        decrypted: usize,
        /// Whether the algorithm detects a wrong key.
        is_authenticated: bool,
    },
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartResult {
    /// It is right.
    Passed,
    /// It is not.
    Failed(VerificationFailure),
    /// It cannot be checked here, for this reason.
    NotChecked(&'static str),
}

impl CheckedPart {
    /// The name in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Signature(_) => "signature",
            Self::Timestamp => "timestamp",
            Self::Basic => "basic",
            Self::ApiKey(_) => "api-key",
            Self::BearerToken => "bearer",
            Self::Header(_) => "header",
            Self::Encryption { .. } => "encryption",
        }
    }
}

/// For people.
impl fmt::Display for CheckedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature(None | Some(0)) => f.write_str("signature"),
            Self::Signature(Some(n)) => write!(f, "signature by older secret {n}"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Basic => f.write_str("Basic credentials"),
            Self::ApiKey(header) => write!(f, "API key in {header}"),
            Self::BearerToken => f.write_str("access token"),
            Self::Header(name) => write!(f, "header {name}"),
            Self::Encryption { decrypted, is_authenticated } => {
                match decrypted {
                    0 => f.write_str("encrypted values")?,
                    1 => f.write_str("1 encrypted value")?,
                    n => write!(f, "{n} encrypted values")?,
                }
                // Whether the key is right cannot be said of nothing.
                let is_doubtful = *decrypted > 0 && !is_authenticated;
                f.write_str(if is_doubtful { " (CFB cannot verify the key)" } else { "" })
            }
        }
    }
}

impl VerificationCheck {
    pub(super) fn passed(part: CheckedPart) -> Self {
        Self { part, result: PartResult::Passed }
    }

    /// The header with the value was left out when the request was kept.
    pub(super) fn left_out(part: CheckedPart) -> Self {
        Self { part, result: PartResult::NotChecked("secret values are not kept over a restart") }
    }

    pub(super) fn failed(part: CheckedPart, why: VerificationFailure) -> Self {
        Self { part, result: PartResult::Failed(why) }
    }

    pub(super) fn of(part: CheckedPart, result: Result<(), VerificationFailure>) -> Self {
        match result {
            Ok(()) => Self::passed(part),
            Err(why) => Self::failed(part, why),
        }
    }

    pub(super) fn document(&self) -> Value {
        let mut document = match &self.result {
            PartResult::Passed => json!({"check": self.part.name(), "result": "passed"}),
            PartResult::Failed(why) => json!({
                "check": self.part.name(),
                "result": "failed",
                "reason": why.name(),
                "message": why.to_string(),
            }),
            PartResult::NotChecked(why) => {
                json!({"check": self.part.name(), "result": "not_checked", "message": why})
            }
        };
        match &self.part {
            CheckedPart::Signature(Some(secret)) => document["secret"] = (*secret).into(),
            CheckedPart::ApiKey(header) | CheckedPart::Header(header) => {
                document["header"] = header.as_str().into();
            }
            CheckedPart::Encryption { decrypted, is_authenticated } => {
                document["decrypted"] = (*decrypted).into();
                document["key_verified"] = (*decrypted > 0 && *is_authenticated).into();
            }
            _ => {}
        }
        document
    }
}
