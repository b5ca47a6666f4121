//! What was typed and not saved yet, so that a crash or a lost connection loses none of it.

use jiff::Timestamp;
use rusqlite::Row;

use crate::profile::{Draft, ProfileId};

use super::Store;
use super::columns::{self, Why, millis};
use super::error::StoreError;

/// A draft that differs from its saved profile, or has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsavedDraft {
    /// The profile's id, made before it is saved first.
    pub profile_id: ProfileId,
    /// Whether the profile was never saved.
    pub is_new: bool,
    /// What was typed.
    pub draft: Draft,
    /// When it was typed in last.
    pub edited_at: Timestamp,
}

impl Store {
    /// Keeps a draft, in place of an earlier one of this profile.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn keep_draft(&self, kept: UnsavedDraft) -> Result<(), StoreError> {
        self.write(move |tx| {
            let document = serde_json::to_string(&kept.draft)
                .map_err(|error| StoreError::unreadable("the draft", error))?;
            let sql = "INSERT OR REPLACE INTO draft (profile_id, is_new, document, edited_at)
                       VALUES (?1, ?2, ?3, ?4)";
            let row = (kept.profile_id.as_str(), kept.is_new, document, millis(kept.edited_at));
            tx.prepare_cached(sql)?.execute(row)?;
            Ok(())
        })
        .await
    }

    /// All drafts kept, the latest first. One that cannot be read is passed over: it must not keep
    /// the others back.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn drafts(&self) -> Result<Vec<UnsavedDraft>, StoreError> {
        self.read(|tx| {
            let sql = "SELECT profile_id, is_new, document, edited_at FROM draft ORDER BY edited_at DESC";
            let mut statement = tx.prepare_cached(sql)?;
            let mut found = statement.query([])?;
            let mut drafts = Vec::new();
            while let Some(row) = found.next()? {
                drafts.extend(read(row).ok());
            }
            Ok(drafts)
        })
        .await
    }

    /// Forgets the draft of a profile: it was saved, or given up.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn drop_draft(&self, profile_id: &ProfileId) -> Result<(), StoreError> {
        let id = profile_id.clone();
        self.write(move |tx| {
            tx.prepare_cached("DELETE FROM draft WHERE profile_id = ?1")?.execute([id.as_str()])?;
            Ok(())
        })
        .await
    }
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
