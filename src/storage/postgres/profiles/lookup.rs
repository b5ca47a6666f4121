//! Which profile a person means.

use crate::profile::ProfileId;
use crate::storage::error::StoreError;
use crate::storage::log::lookup::profile_range;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::profiles::{deleted, list};
use crate::storage::profiles::deleted_profile::DeletedProfile;
use crate::storage::profiles::profile_row::ProfileRow;

/// By id.
const BY_ID: &str = "AND id = $1";

/// By the beginning of an id. Ids are compared byte by byte.
const BY_START: &str = "AND id COLLATE \"C\" >= $1 AND id COLLATE \"C\" < $2 ORDER BY id COLLATE \"C\"";

/// By title, ASCII letter case aside.
const BY_TITLE: &str = "AND lower(title COLLATE \"C\") = lower($1 COLLATE \"C\") ORDER BY created_at, seq";

/// The profiles that a text may mean: the one of that id, else those whose id starts so, else those of that title.
pub async fn profiles(db: Db<'_>, text: &str) -> Result<Vec<ProfileRow>, StoreError> {
    let text = text.trim();
    if let Ok(id) = ProfileId::parse(text) {
        return list::find(db, BY_ID, &[&id.as_str()]).await;
    }
    if let Some((from, to)) = profile_range(text) {
        let found = list::find(db, BY_START, &[&from, &to]).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    list::find(db, BY_TITLE, &[&text]).await
}

/// The same among the deleted ones.
pub async fn deleted(db: Db<'_>, text: &str) -> Result<Vec<DeletedProfile>, StoreError> {
    let text = text.trim();
    if let Ok(id) = ProfileId::parse(text) {
        return deleted::find(db, BY_ID, &[&id.as_str()]).await;
    }
    if let Some((from, to)) = profile_range(text) {
        let found = deleted::find(db, BY_START, &[&from, &to]).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    deleted::find(db, BY_TITLE, &[&text]).await
}
