//! What became of a batch of deliveries, however many they are.

use crate::record::LogPosition;
use crate::storage::log::counts::Counts;

/// What became of the deliveries of a run, from one position on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchProgress {
    /// All older than `low_watermark`. They have ended and need not be counted again.
    pub settled: Counts,
    /// The others.
    pub rest: Counts,
    /// The first one that is still to be sent; where there is none, the end of what is there, or of what was
    /// asked for.
    pub low_watermark: LogPosition,
}
