//! Rows that are copied together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::record::DeliveryId;
use crate::storage::transfer::datum::Datum;
use crate::storage::transfer::table::{Table, TableRow};
use crate::storage::unreadable::{PassedOver, UnreadableRow, Why};

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

/// Deliveries with invalid rows, by position: their ids, where those are known, and why.
pub type InvalidDeliveries = BTreeMap<i64, (Option<DeliveryId>, Why)>;

impl LogBatch {
    /// Passes over these deliveries, and those that are neither pending nor ended.
    pub fn pass_over(&mut self, mut invalid: InvalidDeliveries) {
        let there: BTreeSet<i64> = self.positions.iter().copied().collect();
        let [deliveries, ended, pending, ..] = &self.rows;
        let position = |row: &TableRow| row.first().and_then(Datum::int);
        let stated: BTreeSet<i64> = ended.iter().chain(pending).filter_map(position).collect();
        for position in there.difference(&stated) {
            invalid.entry(*position).or_insert_with(|| (None, "it is in no state".to_owned()));
        }
        if invalid.is_empty() {
            return;
        }
        for row in deliveries {
            if let [Datum::Int(position), Datum::Bytes(id), ..] = row.as_slice()
                && let (Some((name @ None, _)), Ok(id)) =
                    (invalid.get_mut(position), id.as_slice().try_into())
            {
                *name = Some(DeliveryId::from_bytes(id));
            }
        }
        let is_valid = |position: &i64| !invalid.contains_key(position);
        self.positions.retain(is_valid);
        for rows in &mut self.rows {
            rows.retain(|row| position(row).is_some_and(|position| is_valid(&position)));
        }
        let named = |(row, (id, why))| UnreadableRow::delivery(id, row, why);
        self.passed_over.extend(invalid.into_iter().filter(|(row, _)| there.contains(row)).map(named));
    }

    /// Each table with its rows.
    pub fn tables(&self) -> impl Iterator<Item = (Table, &[TableRow])> {
        Table::LOG.into_iter().zip(self.rows.iter().map(Vec::as_slice))
    }
}
