//! The progress of a batch of deliveries, however many there are.

use crate::record::LogPosition;
use crate::storage::log::counts::Counts;

/// The states of the deliveries of a run, from one position on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchProgress {
    /// Deliveries before `low_watermark`. They have ended and need not be counted again.
    pub settled: Counts,
    /// All others.
    pub rest: Counts,
    /// The position of the first pending one; if there is none, the end of the log, or of the range.
    pub low_watermark: LogPosition,
}
