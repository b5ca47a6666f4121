//! Rows that may match a search, by indexes that do not have them in the order of acceptance: by their IDs, which say
//! when they were made, and by the deliveries that they resend.

use rusqlite::{Row, Transaction};

use crate::record::{DeliveryId, LogPosition};
use crate::storage::error::StoreError;
use crate::storage::log::filter::Filter;
use crate::storage::log::search_term::SearchPlace;
use crate::storage::sqlite::log::summary_row::RESENT_FROM;

/// The last row before another with an ID in a range.
const LAST_BY_ID: &str = "SELECT max(seq) FROM delivery INDEXED BY sqlite_autoindex_delivery_1
     WHERE id >= ?1 AND id < ?2 AND seq < ?3";

/// The last row before another that resends a delivery with an ID in a range.
const LAST_BY_ORIGINAL: &str =
    "SELECT max(seq) FROM resend INDEXED BY resend_of WHERE earlier >= ?1 AND earlier <= ?2 AND seq < ?3";

/// Which rows may match a filter, as far as an index knows that.
pub struct Candidates<'a> {
    filter: &'a Filter,
    /// From the first ID to before the second.
    ids: Option<(Vec<u8>, Vec<u8>)>,
    /// From the first to the last ID of what they resend.
    originals: Option<(DeliveryId, DeliveryId)>,
}

impl<'a> Candidates<'a> {
    /// The candidates of a filter.
    pub fn of(filter: &'a Filter) -> Self {
        Self { filter, ids: filter.ids(), originals: filter.searched_ids(&SearchPlace::Original) }
    }

    /// Whether a row is one. What cannot be read of it does not exclude it.
    pub fn has(&self, row: &Row<'_>, id: Option<DeliveryId>, accepted_at: Option<i64>) -> bool {
        let by_original = self.originals.is_none_or(|(first, last)| {
            let original: Option<[u8; 16]> = row.get(RESENT_FROM).ok().flatten();
            original.map(DeliveryId::from_bytes).is_some_and(|id| first <= id && id <= last)
        });
        let by_id = match (&self.ids, id) {
            (Some((from, to)), Some(id)) => {
                let id = id.bytes();
                from.as_slice() <= id.as_slice() && id.as_slice() < to.as_slice()
            }
            _ => true,
        };
        by_original && by_id && accepted_at.is_none_or(|ms| self.filter.has_time(ms))
    }

    /// The last candidate before a row, or a later row that is none.
    pub fn last(&self, tx: &Transaction<'_>, before: LogPosition) -> Result<Option<LogPosition>, StoreError> {
        let mut last = Some(before.number() - 1);
        if let Some((from, to)) = &self.ids {
            last = tx.prepare_cached(LAST_BY_ID)?.query_row((from, to, before.number()), |row| row.get(0))?;
        }
        if let (Some(at), Some((first, end))) = (last, &self.originals) {
            let values = (first.bytes(), end.bytes(), at + 1);
            last = tx.prepare_cached(LAST_BY_ORIGINAL)?.query_row(values, |row| row.get(0))?;
        }
        Ok(last.map(LogPosition::new))
    }
}
