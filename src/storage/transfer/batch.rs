//! Rows that are copied together.

use std::collections::HashMap;

use crate::storage::transfer::table::{Table, TableRow};
use crate::storage::unreadable::PassedOver;

/// What identifies a lane in every store: profile, endpoint, and whether a person sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LaneName {
    /// The profile's id.
    pub profile_id: String,
    /// Scheme, host and port.
    pub origin: String,
    /// Whether it is for manual deliveries.
    pub by_hand: bool,
}

/// The lanes of a store by its numbers.
pub type LaneNames = HashMap<i64, LaneName>;

/// How much of the log a batch may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimit {
    /// Deliveries.
    pub deliveries: usize,
    /// Bytes, unless one delivery has more.
    pub bytes: u64,
}

/// A page of a table of settings.
#[derive(Debug, Clone, Default)]
pub struct SettingsPage {
    /// Its rows.
    pub rows: Vec<TableRow>,
    /// How many rows were read, invalid ones included; 0 at the end.
    pub read: usize,
    /// Invalid rows, which are not copied.
    pub passed_over: PassedOver,
}

/// Consecutive deliveries, and all that belongs to them.
#[derive(Debug, Clone, Default)]
pub struct LogBatch {
    /// The position of the last delivery that was read, invalid ones included; none at the end of the log.
    pub end: Option<i64>,
    /// The positions of its deliveries, in order.
    pub positions: Vec<i64>,
    /// The rows of each table of the log, in the order of [`Table::LOG`], ordered by position.
    pub rows: [Vec<TableRow>; Table::LOG.len()],
    /// Invalid rows: their deliveries are not copied.
    pub passed_over: PassedOver,
}

impl LogBatch {
    /// Each table with its rows.
    pub fn tables(&self) -> impl Iterator<Item = (Table, &[TableRow])> {
        Table::LOG.into_iter().zip(self.rows.iter().map(Vec::as_slice))
    }
}
