//! A revision: one counter per kind of data.

/// Counters that grow with every change, by any process. Only a difference is meaningful.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Revision {
    /// Saved profiles.
    pub profiles: i64,
    /// Own variables.
    pub variables: i64,
    /// Deliveries and their attempts.
    pub deliveries: i64,
    /// Changes of due deliveries and of blocks.
    pub steering: i64,
    /// HTTP APIs that were started or stopped.
    pub apis: i64,
    /// How many connections this process has made to the store, if it is on a server. A database that went back to an
    /// earlier state may have the same counters as before; but while it did, nobody was connected.
    pub connections: u64,
}
