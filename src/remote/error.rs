//! Errors of an account.

use std::time::Duration;

const CHECK_KEY: &str = "check the key, the account ID and the URL";
const CHECK_RIGHTS: &str = "check the rights of the key, and the account ID";
const CHECK_URL: &str = "check the URL of the account";
const LATER: &str = "try again later";

/// Why the account did not do what was asked. No message contains the key.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// There was no response.
    #[error("{0}")]
    NoResponse(String),
    /// There was no response, and the request may have been carried out.
    #[error("{0}; it is not known whether the account has carried it out")]
    Unknown(String),
    /// The key is not valid: 401, with what the response says, after a colon.
    #[error("the account refused the key (401{0}): {CHECK_KEY}")]
    Refused(String),
    /// The key does not allow this: 403, with what the response says, after a colon.
    #[error("the account does not allow this (403{0}): {CHECK_RIGHTS}")]
    Forbidden(String),
    /// The account has no such profile, or the path does not exist.
    #[error("not found (404{0})")]
    NotFound(String),
    /// The account asks to wait longer than we do.
    #[error("the account accepts no requests for {} s ({status}): {LATER}", .wait.as_secs())]
    Busy {
        /// Such as 429 or 503.
        status: u16,
        /// How long it asks to wait.
        wait: Duration,
    },
    /// Another status.
    #[error("{status}{message}")]
    Status {
        /// The status.
        status: u16,
        /// What the response says, after a colon.
        message: String,
    },
    /// The response is not what the API returns.
    #[error("the response cannot be used: {0}")]
    Unusable(String),
    /// The response is no JSON, so it is not from the API.
    #[error("the response cannot be used: it is not JSON: {CHECK_URL}")]
    NotJson,
    /// The list of profiles changed each time it was read.
    #[error("the list of profiles changes while it is read: {LATER}")]
    Unstable,
}

impl RemoteError {
    /// How to fix it, as its message ends; none where that depends on what happened.
    #[must_use]
    pub fn fix(&self) -> Option<&'static str> {
        match self {
            Self::Refused(_) => Some(CHECK_KEY),
            Self::Forbidden(_) => Some(CHECK_RIGHTS),
            Self::Busy { .. } | Self::Unstable => Some(LATER),
            Self::NotJson => Some(CHECK_URL),
            _ => None,
        }
    }
}
