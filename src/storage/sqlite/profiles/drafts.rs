//! Unsaved drafts, so that a crash or a lost connection loses nothing that was typed.
//!
//! A draft belongs to the process in which it was typed. Another one sees it only when that one has ended.

use std::collections::HashSet;

use rusqlite::{Params, Row, Transaction};

use crate::profile::ProfileId;
use crate::storage::error::StoreError;
use crate::storage::profiles::unsaved_draft::UnsavedDraft;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::lock::process_identity;
use crate::storage::sqlite::rows::columns::{self, millis};
use crate::storage::unreadable::Why;

impl Store {
    /// Keeps a draft, replacing an earlier one of this profile that belongs to this process, or whose process has
    /// ended.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn keep_draft(&self, kept: UnsavedDraft) -> Result<(), StoreError> {
        self.write(move |tx| {
            let document = serde_json::to_string(&kept.draft)
                .map_err(|error| StoreError::unreadable("the draft", error))?;
            drop_free(tx, &kept.profile_id)?;
            let sql = "INSERT INTO draft (profile_id, owner, is_new, document, edited_at)
                       VALUES (?1, ?2, ?3, ?4, ?5)";
            let edited_at = millis(kept.edited_at);
            let row = (kept.profile_id.as_str(), process_identity::own(), kept.is_new, document, edited_at);
            tx.prepare_cached(sql)?.execute(row)?;
            Ok(())
        })
        .await
    }

    /// The drafts of this process and of processes that have ended, latest first, one per profile. An unreadable one
    /// is skipped: it must not hide the others.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn drafts(&self) -> Result<Vec<UnsavedDraft>, StoreError> {
        self.read(|tx| free(tx, "", [])).await
    }

    /// The draft of one profile, if this process has one, or a process that has ended left one.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn draft(&self, profile_id: &ProfileId) -> Result<Option<UnsavedDraft>, StoreError> {
        let id = profile_id.clone();
        self.read(move |tx| Ok(free(tx, "WHERE profile_id = ?1", [id.as_str()])?.into_iter().next())).await
    }

    /// Forgets the draft of a profile: it was saved, or discarded. A draft being typed in another process is kept.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn drop_draft(&self, profile_id: &ProfileId) -> Result<(), StoreError> {
        let id = profile_id.clone();
        self.write(move |tx| drop_free(tx, &id)).await
    }
}

/// Drafts that this process may take, latest first, and only the latest of each profile.
fn free(tx: &Transaction<'_>, only: &str, params: impl Params) -> Result<Vec<UnsavedDraft>, StoreError> {
    let sql = format!(
        "SELECT profile_id, is_new, document, edited_at, owner FROM draft {only} ORDER BY edited_at DESC"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let mut found = statement.query(params)?;
    let mut drafts = Vec::new();
    let mut seen = HashSet::new();
    while let Some(row) = found.next()? {
        if !columns::text(row, 4).is_ok_and(process_identity::is_free) {
            continue;
        }
        let Ok(draft) = read(row) else { continue };
        if seen.insert(draft.profile_id.clone()) {
            drafts.push(draft);
        }
    }
    Ok(drafts)
}

fn drop_free(tx: &Transaction<'_>, profile_id: &ProfileId) -> Result<(), StoreError> {
    let sql = "SELECT owner FROM draft WHERE profile_id = ?1";
    let mut statement = tx.prepare_cached(sql)?;
    let owners = statement.query_map([profile_id.as_str()], |row| Ok(row.get::<_, String>(0).ok()))?;
    let owners = owners.collect::<Result<Vec<_>, _>>()?;
    for owner in owners.iter().flatten().filter(|owner| process_identity::is_free(owner)) {
        let sql = "DELETE FROM draft WHERE profile_id = ?1 AND owner = ?2";
        tx.prepare_cached(sql)?.execute((profile_id.as_str(), owner))?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<UnsavedDraft, Why> {
    let document: String = columns::get(row, 2)?;
    Ok(UnsavedDraft {
        profile_id: columns::profile_id(&columns::get::<String>(row, 0)?)?,
        is_new: columns::get(row, 1)?,
        draft: serde_json::from_str(&document).map_err(|error| error.to_string())?,
        edited_at: columns::time(columns::get(row, 3)?)?,
    })
}
