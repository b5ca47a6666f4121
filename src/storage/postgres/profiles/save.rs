//! Saves profiles, unconditionally or only over the version that the person has seen.

use jiff::Timestamp;

use crate::profile::{Choice as _, Profile};
use crate::storage::encoding::{document_text, millis};
use crate::storage::error::StoreError;
use crate::storage::postgres::changes::Changes;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::control::pause;
use crate::storage::postgres::profiles::list;
use crate::storage::postgres::rows::get_or_default;
use crate::storage::profiles::saved::Saved;

/// Creates or, by id, replaces profiles. A deleted one is there again.
pub async fn all(db: Db<'_>, profiles: &[Profile]) -> Result<(), StoreError> {
    for profile in profiles {
        save(db, profile).await?;
    }
    if profiles.is_empty() { Ok(()) } else { Changes::PROFILES.note(db).await }
}

/// Saves a profile only over the one that was seen: `expected` is when that one was modified, and none for a profile
/// that must be new.
pub async fn over(db: Db<'_>, profile: &Profile, expected: Option<Timestamp>) -> Result<Saved, StoreError> {
    let id = profile.id.as_str();
    // Who saves a profile of this id now waits, whether it is there or not.
    db.rows("SELECT pg_advisory_xact_lock(hashtextextended($1, 7242))", &[&id]).await?;
    let sql =
        "SELECT modified_at, deleted_at IS NOT NULL AS is_deleted FROM profile WHERE id = $1 FOR UPDATE";
    let stored = db.row(sql, &[&id]).await?;
    let is_deleted = stored.as_ref().is_some_and(|row| get_or_default(row, "is_deleted"));
    let modified_at = stored.as_ref().map(|row| get_or_default::<i64>(row, "modified_at"));
    match (modified_at, expected) {
        (None, None) => {}
        (Some(at), Some(seen)) if !is_deleted && at == millis(seen) => {}
        (Some(_), _) if !is_deleted => {
            let found = list::one(db, &profile.id).await?;
            return Ok(found.map_or(Saved::Gone, |now| Saved::Changed(Box::new(now))));
        }
        _ => return Ok(Saved::Gone),
    }
    save(db, profile).await?;
    Changes::PROFILES.note(db).await?;
    Ok(Saved::Saved)
}

/// Writes a profile, and its block or release by its status. Who calls it notes the change.
pub async fn save(db: Db<'_>, profile: &Profile) -> Result<(), StoreError> {
    let sql = "INSERT INTO profile
                   (id, title, channel, method, endpoint, status, created_at, modified_at, document)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
               ON CONFLICT (id) DO UPDATE SET
                   title = excluded.title, channel = excluded.channel, method = excluded.method,
                   endpoint = excluded.endpoint, status = excluded.status, created_at = excluded.created_at,
                   modified_at = excluded.modified_at, document = excluded.document, deleted_at = NULL";
    db.execute(
        sql,
        &[
            &profile.id.as_str(),
            &profile.title.as_str(),
            &profile.channel.name(),
            &profile.method.name(),
            &profile.endpoint.template().to_string(),
            &profile.status.name(),
            &millis(profile.created_at),
            &millis(profile.modified_at),
            &document_text(profile),
        ],
    )
    .await?;
    pause::follow(db, profile).await
}
