//! Where the storage keeps a delivery.

/// Where the storage keeps a delivery: handed back to it, and without meaning to the sender.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// Its row.
    pub row: i64,
    /// Its queue.
    pub lane: i64,
}
