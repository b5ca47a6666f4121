//! Saved profiles.

use tokio_postgres::Row;

use crate::profile::{Profile, ProfileId};
use crate::storage::encoding;
use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::{Db, Params};
use crate::storage::postgres::profiles::purge;
use crate::storage::postgres::rows::{self, get, get_or_default};
use crate::storage::profiles::profile_row::ProfileRow;
use crate::storage::unreadable::{UnreadableRow, Why};

/// The columns of [`listed`].
pub const LISTED: &str = "id, title, channel, method, status, modified_at, endpoint, created_at";

/// All profiles that are not deleted, the oldest first.
pub async fn all(db: Db<'_>) -> Result<Vec<ProfileRow>, StoreError> {
    find(db, "ORDER BY created_at, seq", &[]).await
}

/// Profiles that are not deleted, by a further condition, with an order.
pub async fn find(db: Db<'_>, tail: &str, params: Params<'_>) -> Result<Vec<ProfileRow>, StoreError> {
    let rows = select(db, tail, params).await?;
    // One row without meaning hides no other: see `unreadable`.
    Ok(rows.iter().filter_map(|row| listed(row).ok()).collect())
}

/// The rows that [`all`] passes over.
pub async fn unreadable(db: Db<'_>) -> Result<Vec<UnreadableRow>, StoreError> {
    let rows = select(db, "ORDER BY created_at, seq", &[]).await?;
    Ok(rows.iter().filter_map(|row| listed(row).err()).collect())
}

async fn select(db: Db<'_>, tail: &str, params: Params<'_>) -> Result<Vec<Row>, StoreError> {
    db.rows(&format!("SELECT {LISTED} FROM profile WHERE deleted_at IS NULL {tail}"), params).await
}

/// One profile, if it is there and not deleted.
pub async fn one(db: Db<'_>, id: &ProfileId) -> Result<Option<Profile>, StoreError> {
    let sql = "SELECT document FROM profile WHERE id = $1 AND deleted_at IS NULL";
    let document = db.value::<String>(sql, &[&id.as_str()]).await?;
    let unreadable = |why| StoreError::unreadable(format_args!("profile {id}"), why);
    document.map(|text| encoding::profile(&text).map_err(unreadable)).transpose()
}

/// The stored JSON of a profile, also of a deleted one for as long as it can be restored: deliveries that were
/// accepted before need its credentials.
pub async fn kept_document(db: Db<'_>, id: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT document FROM profile WHERE id = $1 AND (deleted_at IS NULL OR deleted_at >= $2)";
    db.value::<String>(sql, &[&id, &purge::restorable_from()]).await
}

/// A profile as it is listed, from the columns of [`LISTED`].
pub fn listed(row: &Row) -> Result<ProfileRow, UnreadableRow> {
    profile_row(row).map_err(|why| UnreadableRow {
        name: format!("profile {}", get_or_default::<&str>(row, "id")),
        why,
        position: None,
    })
}

fn profile_row(row: &Row) -> Result<ProfileRow, Why> {
    Ok(ProfileRow {
        id: encoding::profile_id(get(row, "id")?)?,
        title: get(row, "title")?,
        channel: rows::choice(row, "channel")?,
        method: rows::choice(row, "method")?,
        status: rows::choice(row, "status")?,
        created_at: encoding::time(get(row, "created_at")?)?,
        modified_at: encoding::time(get(row, "modified_at")?)?,
        endpoint: get(row, "endpoint")?,
    })
}
