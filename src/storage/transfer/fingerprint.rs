//! Counts and checksums of what was read from a store: the same for two stores with the same content.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest as _, Sha256};

use crate::record::DeliveryState;
use crate::storage::encoding;
use crate::storage::log::counts::Counts;
use crate::storage::transfer::batch::{LaneName, LaneNames, LogBatch};
use crate::storage::transfer::datum::{ColumnKind, Datum};
use crate::storage::transfer::table::{Table, TableRow};

/// The number of rows of a table, and the checksum of its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSum {
    /// The name of the table.
    pub table: &'static str,
    /// Its rows.
    pub rows: u64,
    /// SHA-256 of all values, in hexadecimal.
    pub sha256: String,
}

/// Counts and checksums of a store, row by row. A position counts as the place of its delivery in the order of
/// acceptance, and a lane as its name.
pub struct Fingerprint {
    lanes: LaneNames,
    tables: BTreeMap<Table, (u64, Sha256)>,
    counts: Counts,
    /// The place of the next delivery.
    next: i64,
}

impl Fingerprint {
    /// Nothing yet, of a store with these lanes.
    pub fn new(lanes: LaneNames) -> Self {
        let tables = Table::SETTINGS.into_iter().chain(Table::LOG);
        let tables = tables.map(|table| (table, (0, Sha256::new()))).collect();
        Self { lanes, tables, counts: Counts::default(), next: 0 }
    }

    /// Adds rows of settings.
    pub fn add_settings(&mut self, table: Table, rows: &[TableRow]) {
        self.add(table, rows, &HashMap::new());
    }

    /// Adds a part of the log.
    pub fn add_log(&mut self, batch: &LogBatch) {
        let places =
            (self.next..).zip(&batch.positions).map(|(place, position)| (*position, place)).collect();
        self.next += i64::try_from(batch.positions.len()).unwrap_or(0);
        for (table, rows) in batch.tables() {
            self.add(table, rows, &places);
            rows.iter().filter_map(|row| state(table, row)).for_each(|state| count(&mut self.counts, state));
        }
    }

    fn add(&mut self, table: Table, rows: &[TableRow], places: &HashMap<i64, i64>) {
        let Some((count, digest)) = self.tables.get_mut(&table) else { return };
        for row in rows {
            *count += 1;
            for (column, datum) in table.columns().iter().zip(row) {
                match (column.kind, datum) {
                    (ColumnKind::Position, Datum::Int(position)) => {
                        feed(digest, &places.get(position).map_or(Datum::Null, |place| Datum::Int(*place)));
                    }
                    (ColumnKind::Lane, Datum::Int(lane)) => match self.lanes.get(lane) {
                        Some(LaneName { profile_id, origin, by_hand }) => {
                            feed_bytes(digest, b't', profile_id.as_bytes());
                            feed_bytes(digest, b't', origin.as_bytes());
                            feed(digest, &Datum::Int((*by_hand).into()));
                        }
                        None => feed(digest, &Datum::Null),
                    },
                    _ => feed(digest, datum),
                }
            }
        }
    }

    /// Counts and checksums of all tables, and the deliveries by state.
    pub fn sums(self) -> (Vec<TableSum>, Counts) {
        let sum = |(table, (rows, digest)): (Table, (u64, Sha256))| TableSum {
            table: table.name(),
            rows,
            sha256: digest.finalize().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")),
        };
        (self.tables.into_iter().map(sum).collect(), self.counts)
    }
}

/// Values are distinguished by their types and lengths: no two rows have the same bytes.
fn feed(digest: &mut Sha256, datum: &Datum) {
    match datum {
        Datum::Null => digest.update(b"n"),
        Datum::Int(n) => {
            digest.update(b"i");
            digest.update(n.to_be_bytes());
        }
        Datum::Text(text) => feed_bytes(digest, b't', text.as_bytes()),
        Datum::Bytes(bytes) => feed_bytes(digest, b'b', bytes),
    }
}

fn feed_bytes(digest: &mut Sha256, kind: u8, bytes: &[u8]) {
    digest.update([kind]);
    digest.update((bytes.len() as u64).to_be_bytes());
    digest.update(bytes);
}

/// The state that a row gives its delivery.
fn state(table: Table, row: &TableRow) -> Option<DeliveryState> {
    let number = |name| row.get(table.place(name)?)?.int();
    match table {
        Table::Ended => encoding::state(number("state")?).ok(),
        Table::Pending if number("attempts")? == 0 => Some(DeliveryState::Queued),
        Table::Pending => Some(DeliveryState::Waiting),
        _ => None,
    }
}

fn count(counts: &mut Counts, state: DeliveryState) {
    *match state {
        DeliveryState::Queued => &mut counts.queued,
        DeliveryState::Waiting => &mut counts.waiting,
        DeliveryState::Delivered => &mut counts.delivered,
        DeliveryState::Failed => &mut counts.failed,
        DeliveryState::Cancelled => &mut counts.cancelled,
    } += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes(number: i64, origin: &str) -> LaneNames {
        let name = LaneName { profile_id: "IN_1".to_owned(), origin: origin.to_owned(), by_hand: false };
        LaneNames::from([(number, name)])
    }

    /// A log with these pending deliveries, by position and attempts.
    fn sums(lanes: LaneNames, pending: &[(i64, i64)]) -> (Vec<TableSum>, Counts) {
        let lane = lanes.keys().next().copied().unwrap();
        let row = |(seq, attempts): &(i64, i64)| {
            vec![Datum::Int(*seq), Datum::Int(5), Datum::Null, Datum::Int(lane), Datum::Int(*attempts)]
        };
        let mut batch =
            LogBatch { positions: pending.iter().map(|(seq, _)| *seq).collect(), ..LogBatch::default() };
        batch.rows[2] = pending.iter().map(row).collect();
        let mut print = Fingerprint::new(lanes);
        print.add_log(&batch);
        print.sums()
    }

    #[test]
    fn numbers_of_a_store_do_not_count_and_their_order_does() {
        let one = sums(lanes(1, "http://a:80"), &[(7, 0), (9, 2)]);
        assert_eq!(one, sums(lanes(4, "http://a:80"), &[(2048, 0), (4096, 2)]));
        assert_ne!(one.0, sums(lanes(1, "http://a:80"), &[(7, 2), (9, 0)]).0, "another order");
        assert_ne!(one.0, sums(lanes(1, "http://b:80"), &[(7, 0), (9, 2)]).0, "another lane");
        assert_eq!((one.1.queued, one.1.waiting), (1, 1));
    }
}
