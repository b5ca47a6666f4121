//! Saved profiles.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Params, Row, Transaction, named_params};

use crate::profile::{Channel, Choice, Method, Profile, ProfileId, Status};

use super::Store;
use super::columns::{self, Why, millis};
use super::error::StoreError;

/// A profile as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileRow {
    /// The callback profile id.
    pub id: ProfileId,
    /// The title.
    pub title: String,
    /// The channel.
    pub channel: Channel,
    /// The HTTP method.
    pub method: Method,
    /// Whether it takes events.
    pub status: Status,
    /// When it was saved last.
    pub modified_at: Timestamp,
    /// The URL with its placeholders.
    pub endpoint: String,
}

impl Store {
    /// All profiles that are not deleted, the oldest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn profiles(&self) -> Result<Vec<ProfileRow>, StoreError> {
        self.read(|tx| rows(tx, "ORDER BY created_at, seq", [])).await
    }

    /// The first of [`Store::profiles`], at most `limit`: what a first screen needs of very many.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn first_profiles(&self, limit: usize) -> Result<Vec<ProfileRow>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(move |tx| rows(tx, "ORDER BY created_at, seq LIMIT ?1", [limit])).await
    }

    /// One profile, if it is there and not deleted.
    ///
    /// # Errors
    /// The file, or what is stored there, cannot be read.
    pub async fn profile(&self, id: &ProfileId) -> Result<Option<Profile>, StoreError> {
        let id = id.clone();
        self.read(move |tx| match document(tx, id.as_str())? {
            Some(text) => columns::profile(&text)
                .map(Some)
                .map_err(|why| StoreError::unreadable(format_args!("profile {id}"), why)),
            None => Ok(None),
        })
        .await
    }

    /// Creates or, by id, replaces profiles: all or none. A deleted one is there again.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn save_profiles(&self, profiles: Vec<Profile>) -> Result<(), StoreError> {
        self.write(move |tx| profiles.iter().try_for_each(|profile| save(tx, profile))).await
    }

    /// Deletes a profile so that [`Store::restore_profile`] can undo it. Its deliveries stay.
    /// Whether it was there.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn delete_profile(&self, id: &ProfileId) -> Result<bool, StoreError> {
        let (id, now) = (id.clone(), millis(Timestamp::now()));
        self.write(move |tx| {
            let sql = "UPDATE profile SET deleted_at = ?2 WHERE id = ?1 AND deleted_at IS NULL";
            Ok(tx.prepare_cached(sql)?.execute((id.as_str(), now))? > 0)
        })
        .await
    }

    /// Brings a deleted profile back. Whether there was one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn restore_profile(&self, id: &ProfileId) -> Result<bool, StoreError> {
        let id = id.clone();
        self.write(move |tx| {
            let sql = "UPDATE profile SET deleted_at = NULL WHERE id = ?1 AND deleted_at IS NOT NULL";
            Ok(tx.prepare_cached(sql)?.execute([id.as_str()])? > 0)
        })
        .await
    }

    /// Removes for good what was deleted before this time. How many.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn purge_deleted(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.write(move |tx| Ok(tx.execute("DELETE FROM profile WHERE deleted_at < ?1", [millis(before)])?))
            .await
    }
}

/// The stored JSON of a profile that is not deleted.
pub(super) fn document(tx: &Transaction<'_>, id: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT document FROM profile JOIN profile_document ON profile = seq
               WHERE id = ?1 AND deleted_at IS NULL";
    Ok(tx.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?)
}

/// Profiles that are not deleted, as listed. `tail` is a further condition, an order, a limit.
pub(super) fn rows(
    tx: &Transaction<'_>,
    tail: &str,
    params: impl Params,
) -> Result<Vec<ProfileRow>, StoreError> {
    let sql = format!(
        "SELECT id, title, channel, method, status, modified_at, endpoint
         FROM profile WHERE deleted_at IS NULL {tail}"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let mut found = statement.query(params)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let id: String = row.get(0)?;
        let unreadable = |why| StoreError::unreadable(format_args!("profile {id}"), why);
        rows.push(listed(&id, row).map_err(unreadable)?);
    }
    Ok(rows)
}

fn listed(id: &str, row: &Row<'_>) -> Result<ProfileRow, Why> {
    let name = |at| row.get_ref(at).map_err(|e| e.to_string())?.as_str().map_err(|e| e.to_string());
    Ok(ProfileRow {
        id: columns::profile_id(id)?,
        title: columns::get(row, 1)?,
        channel: columns::choice(name(2)?)?,
        method: columns::choice(name(3)?)?,
        status: columns::choice(name(4)?)?,
        modified_at: columns::time(columns::get(row, 5)?)?,
        endpoint: columns::get(row, 6)?,
    })
}

fn save(tx: &Transaction<'_>, profile: &Profile) -> Result<(), StoreError> {
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
    Ok(())
}
