//! What this process counts.

use super::attempts::Attempts;
use super::requests::Requests;

/// The figures that this process counts.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) attempts: Attempts,
    pub(crate) requests: Requests,
}
