//! Saved profiles.

use rusqlite::{OptionalExtension, Params, Row, Transaction};

use crate::profile::{Profile, ProfileId};
use crate::storage::error::StoreError;
use crate::storage::profiles::profile_row::ProfileRow;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::profiles::purge;
use crate::storage::sqlite::rows::columns;
use crate::storage::unreadable::{UnreadableRow, Why};

impl Store {
    /// All profiles that are not deleted, oldest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn profiles(&self) -> Result<Vec<ProfileRow>, StoreError> {
        self.read(|tx| rows(tx, "ORDER BY created_at, seq", [])).await
    }

    /// One profile, if it exists and is not deleted.
    ///
    /// # Errors
    /// The file, or what is stored there, cannot be read.
    pub async fn profile(&self, id: &ProfileId) -> Result<Option<Profile>, StoreError> {
        let id = id.clone();
        self.read(move |tx| one(tx, &id)).await
    }
}

/// One profile, if it exists and is not deleted.
pub fn one(tx: &Transaction<'_>, id: &ProfileId) -> Result<Option<Profile>, StoreError> {
    let read = |text: Result<String, Why>| {
        text.and_then(|text| columns::profile(&text))
            .map_err(|why| StoreError::unreadable(format_args!("profile {id}"), why))
    };
    document(tx, id.as_str())?.map(read).transpose()
}

/// The stored JSON of a profile that is not deleted, or why its row has none.
fn document(tx: &Transaction<'_>, id: &str) -> Result<Option<Result<String, Why>>, StoreError> {
    let sql = "SELECT document FROM profile JOIN profile_document ON profile = seq
               WHERE id = ?1 AND deleted_at IS NULL";
    Ok(tx.prepare_cached(sql)?.query_row([id], |row| Ok(columns::get(row, 0))).optional()?)
}

/// The stored JSON of a profile, even of a deleted one as long as it can be restored: deliveries accepted before need
/// its credentials.
pub fn kept_document(tx: &Transaction<'_>, id: &str) -> Result<Option<Result<String, Why>>, StoreError> {
    let sql = "SELECT document FROM profile JOIN profile_document ON profile = seq
               WHERE id = ?1 AND (deleted_at IS NULL OR deleted_at >= ?2)";
    let row = (id, purge::restorable_from());
    Ok(tx.prepare_cached(sql)?.query_row(row, |row| Ok(columns::get(row, 0))).optional()?)
}

/// Profiles that are not deleted, as listed. `tail` is an additional condition, an order, a limit.
pub fn rows(tx: &Transaction<'_>, tail: &str, params: impl Params) -> Result<Vec<ProfileRow>, StoreError> {
    let sql = format!("SELECT {LISTED} FROM profile WHERE deleted_at IS NULL {tail}");
    let mut statement = tx.prepare_cached(&sql)?;
    let mut found = statement.query(params)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        // An invalid row hides no other: see `Store::unreadable`.
        rows.extend(listed(row));
    }
    Ok(rows)
}

/// The columns of [`listed`].
pub const LISTED: &str = "id, title, channel, method, status, modified_at, endpoint, created_at";

/// The index of the first column after those.
pub const AFTER_LISTED: usize = 8;

/// A profile as it is listed, from the columns of [`LISTED`].
pub fn listed(row: &Row<'_>) -> Result<ProfileRow, UnreadableRow> {
    profile_row(row).map_err(|why| UnreadableRow {
        name: columns::named("profile", row),
        why,
        position: None,
    })
}

fn profile_row(row: &Row<'_>) -> Result<ProfileRow, Why> {
    Ok(ProfileRow {
        id: columns::profile_id(columns::text(row, 0)?)?,
        title: columns::get(row, 1)?,
        channel: columns::choice(columns::text(row, 2)?)?,
        method: columns::choice(columns::text(row, 3)?)?,
        status: columns::choice(columns::text(row, 4)?)?,
        created_at: columns::time(columns::get(row, 7)?)?,
        modified_at: columns::time(columns::get(row, 5)?)?,
        endpoint: columns::get(row, 6)?,
    })
}
