//! Deleted profiles: they can be restored for seven days; until then their pending events are blocked, and their
//! credentials kept.

use jiff::Timestamp;
use tokio_postgres::Row;

use crate::clock;
use crate::profile::ProfileId;
use crate::storage::encoding::{self, millis};
use crate::storage::error::StoreError;
use crate::storage::postgres::changes::Changes;
use crate::storage::postgres::connection::db::{Db, Params};
use crate::storage::postgres::control::blocked;
use crate::storage::postgres::profiles::list::{LISTED, listed};
use crate::storage::postgres::profiles::purge;
use crate::storage::postgres::rows::{get, get_or_default};
use crate::storage::profiles::deleted_profile::DeletedProfile;
use crate::storage::profiles::profile_row::ProfileRow;
use crate::storage::unreadable::UnreadableRow;

/// Deletes a profile so that it can be restored. Whether it was there.
pub async fn delete(db: Db<'_>, id: &ProfileId) -> Result<bool, StoreError> {
    // Later than all others, so that the last one deleted is known within a millisecond too.
    let sql = "UPDATE profile SET deleted_at =
                   greatest($2, (SELECT coalesce(max(deleted_at), 0) + 1 FROM profile WHERE deleted_at IS NOT NULL))
               WHERE id = $1 AND deleted_at IS NULL";
    let was_there = db.execute(sql, &[&id.as_str(), &millis(clock::now())]).await? > 0;
    if was_there {
        Changes::PROFILES.note(db).await?;
    }
    Ok(was_there)
}

/// Restores a deleted profile. Whether there was one.
pub async fn restore(db: Db<'_>, id: &ProfileId) -> Result<bool, StoreError> {
    let sql = "UPDATE profile SET deleted_at = NULL WHERE id = $1 AND deleted_at >= $2";
    let restored = db.execute(sql, &[&id.as_str(), &purge::restorable_from()]).await? > 0;
    if restored {
        Changes::PROFILES.note(db).await?;
    }
    Ok(restored)
}

/// Restores the profile that was deleted last, and gives it as it was until now.
pub async fn restore_last(db: Db<'_>) -> Result<Option<DeletedProfile>, StoreError> {
    let last = find(db, "ORDER BY deleted_at DESC LIMIT 1", &[]).await?.pop();
    if let Some(last) = &last {
        restore(db, &last.row.id).await?;
    }
    Ok(last)
}

/// The profiles that can be restored, the last deleted first.
pub async fn all(db: Db<'_>) -> Result<Vec<DeletedProfile>, StoreError> {
    find(db, "ORDER BY deleted_at DESC", &[]).await
}

/// The rows that [`all`] passes over.
pub async fn unreadable(db: Db<'_>) -> Result<Vec<UnreadableRow>, StoreError> {
    let rows = select(db, "ORDER BY deleted_at DESC", &[]).await?;
    Ok(rows.iter().filter_map(|row| deleted(row).err()).collect())
}

/// Deleted profiles, by a further condition, with an order.
pub async fn find(db: Db<'_>, tail: &str, params: Params<'_>) -> Result<Vec<DeletedProfile>, StoreError> {
    let mut all = Vec::new();
    for row in &select(db, tail, params).await? {
        // One row without meaning hides no other.
        let Ok((row, deleted_at)) = deleted(row) else { continue };
        let pending = blocked::pending_events(db, &row.id).await?;
        all.push(DeletedProfile { row, deleted_at, pending });
    }
    Ok(all)
}

async fn select(db: Db<'_>, tail: &str, params: Params<'_>) -> Result<Vec<Row>, StoreError> {
    let from = purge::restorable_from();
    let sql =
        format!("SELECT {LISTED}, deleted_at FROM profile WHERE deleted_at >= ${} {tail}", params.len() + 1);
    let mut params = params.to_vec();
    params.push(&from);
    db.rows(&sql, &params).await
}

/// A deleted profile, and when it was deleted.
fn deleted(row: &Row) -> Result<(ProfileRow, Timestamp), UnreadableRow> {
    let unreadable = |why| UnreadableRow {
        name: format!("profile {}", get_or_default::<&str>(row, "id")),
        why,
        position: None,
    };
    let at = get(row, "deleted_at").and_then(encoding::time).map_err(unreadable)?;
    Ok((listed(row)?, at))
}
