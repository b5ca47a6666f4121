//! Keys of the HTTP API.

use async_trait::async_trait;
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::profile::Choice as _;
use crate::storage::api_keys::api_key::ApiKey;
use crate::storage::api_keys::secret::{KeyId, SecretHash};
use crate::storage::api_keys::{ApiKeys, KeyCreated};
use crate::storage::encoding::{key_id, key_profiles, key_profiles_text, millis, time, time_if_any};
use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::rows::{choice, get, get_or_default};
use crate::storage::unreadable::{PassedOver, UnreadableRow, Why};

const COLUMNS: &str = "id, name, scope, profiles, hash, created_at, expires_at, revoked_at, last_used_at";

#[async_trait]
impl ApiKeys for PgStore {
    async fn create_key(&self, key: ApiKey, hash: SecretHash) -> Result<KeyCreated, StoreError> {
        let sql = format!(
            "INSERT INTO api_key ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING"
        );
        let hash: &[u8] = hash.bytes();
        let created = self
            .write()
            .await?
            .db()?
            .execute(
                &sql,
                &[
                    &key.id.as_str(),
                    &key.name,
                    &key.scope.name(),
                    &key_profiles_text(&key.profiles),
                    &hash,
                    &millis(key.created_at),
                    &key.expires_at.map(millis),
                    &key.revoked_at.map(millis),
                    &key.last_used_at.map(millis),
                ],
            )
            .await?;
        Ok(if created > 0 { KeyCreated::Created } else { KeyCreated::NameInUse })
    }

    async fn api_keys(&self) -> Result<(Vec<ApiKey>, PassedOver), StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM api_key ORDER BY seq");
        let (mut all, mut passed_over) = (Vec::new(), PassedOver::default());
        for row in &self.read().await?.db()?.rows(&sql, &[]).await? {
            match key(row) {
                Ok((key, _)) => all.push(key),
                Err(why) => {
                    let name = format!("API key {}", get_or_default::<&str>(row, "id"));
                    passed_over.add(UnreadableRow { name, why, position: None });
                }
            }
        }
        Ok((all, passed_over))
    }

    async fn find_key(&self, id: &KeyId) -> Result<Option<(ApiKey, SecretHash)>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM api_key WHERE id = $1");
        let row = self.read().await?.db()?.row(&sql, &[&id.as_str()]).await?;
        let found = row.as_ref().map(key).transpose();
        found.map_err(|why| StoreError::unreadable(format_args!("API key {id}"), why))
    }

    async fn revoke_key(&self, id: &KeyId, at: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        Ok(self.write().await?.db()?.execute(sql, &[&id.as_str(), &millis(at)]).await? > 0)
    }

    async fn note_key_use(&self, id: &KeyId, at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE api_key SET last_used_at = $2
                   WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
        self.write().await?.db()?.execute(sql, &[&id.as_str(), &millis(at)]).await?;
        Ok(())
    }
}

fn key(row: &Row) -> Result<(ApiKey, SecretHash), Why> {
    let hash: &[u8] = get(row, "hash")?;
    let hash = hash.try_into().map_err(|_| "its hash has not 32 bytes".to_owned())?;
    let key = ApiKey {
        id: key_id(get(row, "id")?)?,
        name: get(row, "name")?,
        scope: choice(row, "scope")?,
        profiles: key_profiles(get(row, "profiles")?)?,
        created_at: time(get(row, "created_at")?)?,
        expires_at: time_if_any(get(row, "expires_at")?)?,
        revoked_at: time_if_any(get(row, "revoked_at")?)?,
        last_used_at: time_if_any(get(row, "last_used_at")?)?,
    };
    Ok((key, SecretHash::from_bytes(hash)))
}
