//! Errors of an account.

use std::time::Duration;

use super::account::AccountError;
use super::key::KeyError;
use crate::storage::StoreError;

/// Why the account did not do what was asked. No message contains the key.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The account cannot be named.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// There is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// There was no response.
    #[error("{0}")]
    NoResponse(String),
    /// There was no response, and the request may have been carried out.
    #[error("{0}; it is not known whether the account has carried it out")]
    Unknown(String),
    /// The key is not valid, or does not allow this.
    #[error("the account refused the key ({status}{message}): check the key, the account id and the URL")]
    Refused {
        /// 401 or 403.
        status: u16,
        /// What the response says, after a colon.
        message: String,
    },
    /// The account has no such profile, or the path does not exist.
    #[error("not found (404{0})")]
    NotFound(String),
    /// The account asks to wait longer than we do.
    #[error("the account allows no more requests for {} s (429): try again then", .0.as_secs())]
    Busy(Duration),
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
    /// The list of profiles changed each time it was read.
    #[error("the list of profiles changes while it is read; try again later")]
    Unstable,
    /// What is stored here failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
