//! Why a request has no response.

use super::local_trouble::LocalTrouble;
use crate::record::Failure;

/// Why a request has no response, or one that counts as a failure.
#[derive(Debug, Clone)]
pub enum ExchangeError {
    /// The request has failed.
    Failed(Failure),
    /// It could not be sent: it does not count.
    Local(LocalTrouble),
}

impl From<Failure> for ExchangeError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
