//! Invalid rows: changed by another program, damaged, or written with a clock near the end of its range. They are
//! skipped with a note, so that one of them hides no other and blocks nothing.

use std::fmt;

use crate::record::{DeliveryId, LogPosition};

/// Why stored data is invalid: for a message that names it.
pub type Why = String;

/// How many rows are listed.
const NAMED: usize = 5;

/// An invalid row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableRow {
    /// Such as `delivery 01a2…`, or `the delivery in row 7` if not even its id can be read.
    pub name: String,
    /// Why.
    pub why: String,
    /// The position of a delivery.
    pub position: Option<LogPosition>,
}

impl UnreadableRow {
    /// A delivery, by its id if that can be read.
    #[must_use]
    pub fn delivery(id: Option<DeliveryId>, row: i64, why: Why) -> Self {
        Self { name: name_of(id, row), why, position: Some(LogPosition::new(row)) }
    }
}

impl fmt::Display for UnreadableRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be read ({})", self.name, self.why)
    }
}

/// Skipped rows: how many, and the first few of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PassedOver {
    /// The number of rows.
    pub all: u64,
    /// The first.
    pub named: Vec<UnreadableRow>,
}

impl PassedOver {
    /// Adds one.
    pub fn add(&mut self, row: UnreadableRow) {
        self.all += 1;
        if self.named.len() < NAMED {
            self.named.push(row);
        }
    }

    /// Adds those that were skipped after these.
    pub fn append(&mut self, then: Self) {
        self.all += then.all;
        let room = NAMED.saturating_sub(self.named.len());
        self.named.extend(then.named.into_iter().take(room));
    }
}

impl Extend<UnreadableRow> for PassedOver {
    fn extend<I: IntoIterator<Item = UnreadableRow>>(&mut self, rows: I) {
        rows.into_iter().for_each(|row| self.add(row));
    }
}

/// The name of a delivery in a message.
#[must_use]
pub fn name_of(id: Option<DeliveryId>, row: i64) -> String {
    id.map_or_else(|| format!("the delivery in row {row}"), |id| format!("delivery {id}"))
}
