//! Why a request cannot be what the profile sends. The messages contain no secret, and no value from the request.

use super::super::decryption::Undecryptable;

/// How old a request may be, and how far ahead of this clock, in seconds: as in the libraries of Standard Webhooks.
pub(super) const TOLERANCE_S: i64 = 300;

/// Why a part of a request is not what the profile sends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerificationFailure {
    /// A header is missing.
    #[error("there is no {0} header")]
    Missing(String),
    /// No signature in `webhook-signature` has the form of version 1.
    #[error("webhook-signature has no signature of the form v1,BASE64")]
    SignatureForm,
    /// No secret of the profile made a signature of it.
    #[error("wrong secret, or ID, timestamp or body were changed")]
    SignatureMismatch,
    /// The timestamp is not a number.
    #[error("webhook-timestamp is not a number of seconds since 1970")]
    TimestampForm,
    /// The timestamp is too long ago.
    #[error("webhook-timestamp is {0} s old; {TOLERANCE_S} s are allowed")]
    TooOld(i64),
    /// The timestamp is too far ahead.
    #[error("webhook-timestamp is {0} s in the future; {TOLERANCE_S} s are allowed")]
    TooNew(i64),
    /// The authorization is not `Basic` with base64 of a user and a password, or not a bearer token.
    #[error("the authorization header is not of the form {0}")]
    CredentialsForm(&'static str),
    /// Another user.
    #[error("wrong user")]
    WrongUser,
    /// Another password.
    #[error("wrong password")]
    WrongPassword,
    /// Another key.
    #[error("wrong key")]
    WrongKey,
    /// Another value.
    #[error("another value than in the profile")]
    WrongValue,
    /// A value could not be decrypted; with its field as a JSON Pointer, and how many others.
    #[error("{field}: {why}{}", and_more(*.others))]
    Undecryptable {
        /// A JSON Pointer.
        field: String,
        /// The reason.
        why: Undecryptable,
        /// How many other values could not be decrypted.
        others: usize,
    },
    /// The fields whose values the profile encrypts are missing.
    #[error("the encrypted fields are missing")]
    NothingEncrypted,
}

fn and_more(others: usize) -> String {
    match others {
        0 => String::new(),
        1 => "; and another value".to_owned(),
        n => format!("; and {n} other values"),
    }
}

impl VerificationFailure {
    /// The name in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Missing(_) => "missing",
            Self::SignatureForm => "signature_form",
            Self::SignatureMismatch => "signature_mismatch",
            Self::TimestampForm => "timestamp_form",
            Self::TooOld(_) => "too_old",
            Self::TooNew(_) => "too_new",
            Self::CredentialsForm(_) => "credentials_form",
            Self::WrongUser => "wrong_user",
            Self::WrongPassword => "wrong_password",
            Self::WrongKey => "wrong_key",
            Self::WrongValue => "wrong_value",
            Self::Undecryptable { why, .. } => why.name(),
            Self::NothingEncrypted => "nothing_encrypted",
        }
    }
}
