//! Rows that have no meaning: changed by another program, damaged, or written by a clock near the end of
//! its range. They are passed over with a note, so that one of them hides no other and keeps nothing
//! from ending.

use std::fmt;

use crate::record::{DeliveryId, LogPosition};

/// Why something stored has no meaning: for a message that names it.
pub type Why = String;

/// Most rows that are named.
const NAMED: usize = 5;

/// A row that has no meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableRow {
    /// Such as `delivery 01a2…`, or `the delivery in row 7` where not even its id can be read.
    pub name: String,
    /// Why.
    pub why: String,
    /// Of a delivery, where it stands.
    pub position: Option<LogPosition>,
}

impl UnreadableRow {
    /// A delivery, by its id where that can be read.
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

/// Rows that were passed over: how many, and the first few of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PassedOver {
    /// All of them.
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

    /// Adds those that were passed over after these.
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
