//! Keys of the HTTP API.

pub mod api_key;
pub mod secret;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::storage::error::StoreError;
use crate::storage::unreadable::PassedOver;

use api_key::ApiKey;
use secret::{KeyId, SecretHash};

/// Whether a key was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyCreated {
    /// It was.
    Created,
    /// Another key that is not revoked has the name.
    NameInUse,
}

/// Keeps the keys of the HTTP API. Revoked ones stay, so that it is known what they were.
#[async_trait]
pub trait ApiKeys: Send + Sync {
    /// Keeps a new key, and the hash of its secret.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn create_key(&self, key: ApiKey, hash: SecretHash) -> Result<KeyCreated, StoreError>;

    /// All keys, in the order of their creation, and the rows that cannot be read.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn api_keys(&self) -> Result<(Vec<ApiKey>, PassedOver), StoreError>;

    /// The key with an id, and the hash of its secret.
    ///
    /// # Errors
    /// The store, or the key, cannot be read.
    async fn find_key(&self, id: &KeyId) -> Result<Option<(ApiKey, SecretHash)>, StoreError>;

    /// Revokes a key, permanently. Returns whether it was there and not revoked.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn revoke_key(&self, id: &KeyId, at: Timestamp) -> Result<bool, StoreError>;

    /// Notes that a key was used. An earlier time than the one that is known changes nothing. Callers do this at most
    /// once a minute for each key.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn note_key_use(&self, id: &KeyId, at: Timestamp) -> Result<(), StoreError>;
}
