//! Saves profiles, unconditionally or only over the version that the person has seen.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, named_params};

use crate::profile::{Choice, Profile};
use crate::storage::error::StoreError;
use crate::storage::profiles::saved::Saved;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::control::pause;
use crate::storage::sqlite::profiles::list;
use crate::storage::sqlite::rows::columns::{self, millis};

impl Store {
    /// Creates or, by id, replaces profiles: all or none. A deleted one is restored.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn save_profiles(&self, profiles: Vec<Profile>) -> Result<(), StoreError> {
        self.write(move |tx| profiles.iter().try_for_each(|profile| save(tx, profile))).await
    }

    /// Saves a profile only over the version that was seen: `expected` is when that one was modified, to the
    /// millisecond, and none for a profile that must be new. A deleted one stays deleted.
    ///
    /// # Errors
    /// The file cannot be written, or what another session saved cannot be read.
    pub async fn save_profile_if(
        &self,
        profile: Profile,
        expected: Option<Timestamp>,
    ) -> Result<Saved, StoreError> {
        self.write(move |tx| {
            let refused = match (stored(tx, &profile)?, expected) {
                (None, None) => None,
                (Some(Stored::Modified(at)), Some(seen)) if at == millis(seen) => None,
                (Some(Stored::Modified(_)), _) => Some(changed(tx, &profile)?),
                (Some(Stored::Deleted), _) | (None, Some(_)) => Some(Saved::Gone),
            };
            if let Some(refused) = refused {
                return Ok(refused);
            }
            save(tx, &profile)?;
            Ok(Saved::Saved)
        })
        .await
    }
}

/// The stored version of a profile.
enum Stored {
    /// At this time, in milliseconds.
    Modified(i64),
    Deleted,
}

fn stored(tx: &Transaction<'_>, profile: &Profile) -> Result<Option<Stored>, StoreError> {
    let sql = "SELECT modified_at, deleted_at IS NOT NULL FROM profile WHERE id = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(if row.get(1)? { Stored::Deleted } else { Stored::Modified(row.get(0)?) })
    };
    Ok(tx.prepare_cached(sql)?.query_row([profile.id.as_str()], read).optional()?)
}

fn changed(tx: &Transaction<'_>, profile: &Profile) -> Result<Saved, StoreError> {
    let found = list::one(tx, &profile.id)?;
    Ok(found.map_or(Saved::Gone, |now| Saved::Changed(Box::new(now))))
}

/// Writes a profile: its row, its document, and its block according to its status.
pub fn save(tx: &Transaction<'_>, profile: &Profile) -> Result<(), StoreError> {
    let sql = "INSERT INTO profile
                   (id, title, channel, method, endpoint, status, created_at, modified_at)
               VALUES (:id, :title, :channel, :method, :endpoint, :status, :created_at, :modified_at)
               ON CONFLICT (id) DO UPDATE SET
                   title = excluded.title, channel = excluded.channel, method = excluded.method,
                   endpoint = excluded.endpoint, status = excluded.status,
                   created_at = excluded.created_at, modified_at = excluded.modified_at,
                   deleted_at = NULL
               RETURNING seq";
    let seq: i64 = tx.prepare_cached(sql)?.query_row(
        named_params! {
            ":id": profile.id.as_str(),
            ":title": profile.title.as_str(),
            ":channel": profile.channel.name(),
            ":method": profile.method.name(),
            ":endpoint": profile.endpoint.template().to_string(),
            ":status": profile.status.name(),
            ":created_at": millis(profile.created_at),
            ":modified_at": millis(profile.modified_at),
        },
        |row| row.get(0),
    )?;
    let sql = "INSERT INTO profile_document VALUES (?1, ?2)
               ON CONFLICT (profile) DO UPDATE SET document = excluded.document";
    tx.prepare_cached(sql)?.execute((seq, columns::document_text(profile)))?;
    pause::follow(tx, profile)
}
