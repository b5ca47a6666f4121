//! How much is sent at a time.

use std::thread;

use crate::delivery::http::descriptors::Shares;

/// How much is sent at a time (design, section 5).
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Tries under way to one endpoint.
    pub per_origin: usize,
    /// Tries under way in all.
    pub total: usize,
    /// Answers that are not on disk yet. Nothing more is sent until some are: what was sent and not
    /// recorded is sent again after a crash.
    pub unrecorded: usize,
    /// Threads that make tries, each with connections of its own.
    pub threads: usize,
}

impl Default for Limits {
    fn default() -> Self {
        // Each attempt in flight needs a connection, also those that a person sends beyond the total.
        let shares = Shares::now();
        let total = (shares.connections * 3 / 4).min(256);
        Self { per_origin: 16, total, unrecorded: 256, threads: threads().min(shares.threads) }
    }
}

/// Threads that make tries: the other half of the machine is for the storage and everybody else.
fn threads() -> usize {
    thread::available_parallelism().map_or(1, |cores| cores.get() / 2).clamp(1, 8)
}
