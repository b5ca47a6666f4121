//! Deleted profiles: they can be restored for seven days; until then their pending events are blocked, and their
//! credentials kept.

use jiff::Timestamp;
use rusqlite::{Row, Transaction, params_from_iter};

use crate::clock;
use crate::profile::ProfileId;
use crate::storage::error::StoreError;
use crate::storage::profiles::deleted_profile::DeletedProfile;
use crate::storage::profiles::profile_row::ProfileRow;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::control::blocked;
use crate::storage::sqlite::log::lookup::meant;
use crate::storage::sqlite::profiles::list::{AFTER_LISTED, LISTED, listed};
use crate::storage::sqlite::profiles::purge;
use crate::storage::sqlite::rows::columns::{self, millis};
use crate::storage::unreadable::UnreadableRow;

impl Store {
    /// Deletes a profile so that [`Store::restore_profile`] can undo it for seven days. Its deliveries stay: ended
    /// ones in the log, pending ones blocked. Returns whether it existed.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn delete_profile(&self, id: &ProfileId) -> Result<bool, StoreError> {
        let (id, now) = (id.clone(), millis(clock::now()));
        self.write(move |tx| {
            // Later than all others, so that the most recently deleted one is known within a millisecond too.
            let sql = "UPDATE profile SET deleted_at =
                           max(?2, (SELECT coalesce(max(deleted_at), 0) + 1 FROM profile
                                    WHERE deleted_at IS NOT NULL))
                       WHERE id = ?1 AND deleted_at IS NULL";
            Ok(tx.prepare_cached(sql)?.execute((id.as_str(), now))? > 0)
        })
        .await
    }

    /// Restores a deleted profile. Returns whether there was one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn restore_profile(&self, id: &ProfileId) -> Result<bool, StoreError> {
        let id = id.clone();
        self.write(move |tx| restore(tx, &id)).await
    }

    /// Restores the most recently deleted profile, by any session, and returns it as it was until now; none if there
    /// is nothing to restore.
    ///
    /// # Errors
    /// The file cannot be written, or what is stored there cannot be read.
    pub async fn restore_last(&self) -> Result<Option<DeletedProfile>, StoreError> {
        self.write(|tx| {
            let last = select(tx, "ORDER BY deleted_at DESC LIMIT 1", &[])?.pop();
            if let Some(last) = &last {
                restore(tx, &last.row.id)?;
            }
            Ok(last)
        })
        .await
    }

    /// The profiles that can be restored, most recently deleted first. Takes time for each blocked delivery.
    ///
    /// # Errors
    /// The file, or what is stored there, cannot be read.
    pub async fn deleted_profiles(&self) -> Result<Vec<DeletedProfile>, StoreError> {
        self.read(|tx| select(tx, "ORDER BY deleted_at DESC", &[])).await
    }

    /// As [`Store::find_profiles`], among the deleted ones.
    ///
    /// # Errors
    /// The file, or what is stored there, cannot be read.
    pub async fn find_deleted(&self, text: &str) -> Result<Vec<DeletedProfile>, StoreError> {
        let text = text.trim().to_owned();
        self.read(move |tx| meant(&text, |tail, values| select(tx, tail, values))).await
    }
}

fn restore(tx: &Transaction<'_>, id: &ProfileId) -> Result<bool, StoreError> {
    let sql = "UPDATE profile SET deleted_at = NULL WHERE id = ?1 AND deleted_at >= ?2";
    Ok(tx.prepare_cached(sql)?.execute((id.as_str(), purge::restorable_from()))? > 0)
}

/// Deleted profiles; `tail` is an additional condition with its values, an order, a limit.
fn select(tx: &Transaction<'_>, tail: &str, values: &[&str]) -> Result<Vec<DeletedProfile>, StoreError> {
    let mut statement = tx.prepare(&format!("{} {tail}", restorable()))?;
    let mut found = statement.query(params_from_iter(values))?;
    let mut all = Vec::new();
    while let Some(found) = found.next()? {
        // An invalid row hides no other.
        let Ok((row, deleted_at)) = deleted(found) else { continue };
        let pending = blocked::pending_events(tx, &row.id)?;
        all.push(DeletedProfile { row, deleted_at, pending });
    }
    Ok(all)
}

/// Selects the rows of [`deleted`].
pub fn restorable() -> String {
    let from = purge::restorable_from();
    format!("SELECT {LISTED}, deleted_at FROM profile WHERE deleted_at >= {from}")
}

/// A deleted profile, and when it was deleted.
pub fn deleted(row: &Row<'_>) -> Result<(ProfileRow, Timestamp), UnreadableRow> {
    let at = columns::get(row, AFTER_LISTED).and_then(columns::time);
    let unreadable = |why| UnreadableRow { name: columns::named("profile", row), why, position: None };
    Ok((listed(row)?, at.map_err(unreadable)?))
}
