//! Finds the profile or delivery that an argument names.

use rusqlite::{OptionalExtension as _, params_from_iter};

use crate::profile::ProfileId;
use crate::record::{DeliveryId, LogPosition, Summary};
use crate::storage::error::StoreError;
use crate::storage::log::lookup::{MOST_FOUND, delivery_range, profile_range};
use crate::storage::profiles::profile_row::ProfileRow;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::log::search;
use crate::storage::sqlite::profiles::list::rows;
use crate::storage::unreadable::PassedOver;

impl Store {
    /// The profiles that a text may name: those with that id, otherwise those with that id prefix, otherwise those
    /// with that title, ignoring case. A single one is the result; of several a person selects one.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn find_profiles(&self, text: &str) -> Result<Vec<ProfileRow>, StoreError> {
        let text = text.trim().to_owned();
        self.read(move |tx| meant(&text, |tail, values| rows(tx, tail, params_from_iter(values)))).await
    }
}

/// The result for a text: the one with this id, otherwise those with this id prefix, otherwise those with this title.
/// `find` finds profiles by an additional condition, with an order, and its values.
pub fn meant<T>(
    text: &str,
    find: impl Fn(&str, &[&str]) -> Result<Vec<T>, StoreError>,
) -> Result<Vec<T>, StoreError> {
    if let Ok(id) = ProfileId::parse(text) {
        return find("AND id = ?1", &[id.as_str()]);
    }
    if let Some((from, to)) = profile_range(text) {
        let found = find("AND id >= ?1 AND id < ?2 ORDER BY id", &[&from, &to])?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    find("AND title = ?1 COLLATE NOCASE ORDER BY created_at, seq", &[text])
}

impl Store {
    /// The deliveries that a text may name: the one with that id, or the ten newest with that id prefix; and
    /// unreadable ones among them. A single one is the result; of several a person selects one.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn find_deliveries(&self, text: &str) -> Result<(Vec<Summary>, PassedOver), StoreError> {
        let Some((first, last)) = delivery_range(text) else { return Ok(Default::default()) };
        self.read(move |tx| search::between(tx, first, last, MOST_FOUND)).await
    }

    /// The position of a delivery. Of one that no longer exists: after everything accepted before it, according to
    /// its id.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn position(&self, id: DeliveryId) -> Result<LogPosition, StoreError> {
        self.read(move |tx| {
            let at = |sql: &str| -> Result<Option<i64>, StoreError> {
                Ok(tx.prepare_cached(sql)?.query_row([id.bytes()], |row| row.get(0)).optional()?)
            };
            if let Some(seq) = at("SELECT seq FROM delivery WHERE id = ?1")? {
                return Ok(LogPosition::new(seq));
            }
            let before = at("SELECT seq FROM delivery WHERE id < ?1 ORDER BY id DESC LIMIT 1")?;
            Ok(before.map_or(LogPosition::FIRST, |seq| LogPosition::new(seq).after()))
        })
        .await
    }
}
