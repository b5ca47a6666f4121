//! Keys of the HTTP API.

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row};

use crate::profile::Choice as _;
use crate::storage::api_keys::api_key::ApiKey;
use crate::storage::api_keys::secret::{KeyId, SecretHash};
use crate::storage::api_keys::{ApiKeys, KeyCreated};
use crate::storage::encoding::{key_id, key_profiles, key_profiles_text, time_if_any};
use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::rows::columns::{choice, get, millis, named, text, time};
use crate::storage::unreadable::{PassedOver, UnreadableRow, Why};

/// The columns of a key, in the order in which [`key`] reads them, and then the hash of its secret.
const COLUMNS: &str = "id, name, scope, profiles, created_at, expires_at, revoked_at, last_used_at, hash";

#[async_trait]
impl ApiKeys for Store {
    async fn create_key(&self, key: ApiKey, hash: SecretHash) -> Result<KeyCreated, StoreError> {
        self.write(move |tx| {
            let sql = "SELECT 1 FROM api_key WHERE name = ?1 AND revoked_at IS NULL";
            if tx.prepare_cached(sql)?.exists([&key.name])? {
                return Ok(KeyCreated::NameInUse);
            }
            let sql = format!("INSERT INTO api_key ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
            let row = (
                key.id.as_str(),
                &key.name,
                key.scope.name(),
                key_profiles_text(&key.profiles),
                millis(key.created_at),
                key.expires_at.map(millis),
                key.revoked_at.map(millis),
                key.last_used_at.map(millis),
                hash.bytes(),
            );
            tx.execute(&sql, row)?;
            Ok(KeyCreated::Created)
        })
        .await
    }

    async fn api_keys(&self) -> Result<(Vec<ApiKey>, PassedOver), StoreError> {
        self.read(|tx| {
            let mut select = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM api_key ORDER BY seq"))?;
            let (mut all, mut passed_over) = (Vec::new(), PassedOver::default());
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                match key(row) {
                    Ok((key, _)) => all.push(key),
                    Err(why) => {
                        passed_over.add(UnreadableRow { name: named("API key", row), why, position: None });
                    }
                }
            }
            Ok((all, passed_over))
        })
        .await
    }

    async fn find_key(&self, id: &KeyId) -> Result<Option<(ApiKey, SecretHash)>, StoreError> {
        let id = id.clone();
        self.read(move |tx| {
            let mut select = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM api_key WHERE id = ?1"))?;
            let found = select.query_row([id.as_str()], |row| Ok(key(row))).optional()?;
            found.transpose().map_err(|why| StoreError::unreadable(format_args!("API key {id}"), why))
        })
        .await
    }

    async fn revoke_key(&self, id: &KeyId, at: Timestamp) -> Result<bool, StoreError> {
        let id = id.clone();
        self.write(move |tx| {
            let sql = "UPDATE api_key SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
            Ok(tx.prepare_cached(sql)?.execute((id.as_str(), millis(at)))? > 0)
        })
        .await
    }

    async fn note_key_use(&self, id: &KeyId, at: Timestamp) -> Result<(), StoreError> {
        let id = id.clone();
        self.write(move |tx| {
            let sql = "UPDATE api_key SET last_used_at = ?2
                       WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at < ?2)";
            tx.prepare_cached(sql)?.execute((id.as_str(), millis(at)))?;
            Ok(())
        })
        .await
    }
}

fn key(row: &Row<'_>) -> Result<(ApiKey, SecretHash), Why> {
    let key = ApiKey {
        id: key_id(text(row, 0)?)?,
        name: get(row, 1)?,
        scope: choice(text(row, 2)?)?,
        profiles: key_profiles(text(row, 3)?)?,
        created_at: time(get(row, 4)?)?,
        expires_at: time_if_any(get(row, 5)?)?,
        revoked_at: time_if_any(get(row, 6)?)?,
        last_used_at: time_if_any(get(row, 7)?)?,
    };
    Ok((key, SecretHash::from_bytes(get(row, 8)?)))
}
