//! The limits of concurrent sending.

use std::thread;

use crate::delivery::http::descriptors::Shares;

/// The limits of concurrent sending (our decision).
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Attempts in flight to one endpoint.
    pub per_origin: usize,
    /// Attempts in flight in total.
    pub total: usize,
    /// Outcomes that are not on disk yet. At this limit nothing more is sent: attempts that are not recorded are
    /// repeated after a crash.
    pub unrecorded: usize,
    /// Threads that make attempts, each with its own connections.
    pub threads: usize,
}

impl Default for Limits {
    fn default() -> Self {
        // Each attempt in flight needs a connection, including manual ones beyond the total.
        let shares = Shares::now();
        let total = (shares.connections * 3 / 4).min(256);
        Self { per_origin: 16, total, unrecorded: 256, threads: threads().min(shares.threads) }
    }
}

/// Threads that make attempts: the other half of the machine is for the storage and other programs.
fn threads() -> usize {
    thread::available_parallelism().map_or(1, |cores| cores.get() / 2).clamp(1, 8)
}
