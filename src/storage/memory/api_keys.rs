//! Keys of the API.

use async_trait::async_trait;
use jiff::Timestamp;

use super::MemoryStore;
use crate::storage::{ApiKey, ApiKeys, KeyCreated, KeyId, PassedOver, SecretHash, StoreError};

#[async_trait]
impl ApiKeys for MemoryStore {
    async fn create_key(&self, key: ApiKey, hash: SecretHash) -> Result<KeyCreated, StoreError> {
        Ok(self.change(|tables| {
            if tables.keys.iter().any(|(known, _)| known.name == key.name && known.revoked_at.is_none()) {
                return KeyCreated::NameInUse;
            }
            tables.keys.push((key, hash));
            KeyCreated::Created
        }))
    }

    async fn api_keys(&self) -> Result<(Vec<ApiKey>, PassedOver), StoreError> {
        let keys = self.tables().keys.iter().map(|(key, _)| key.clone()).collect();
        Ok((keys, PassedOver::default()))
    }

    async fn find_key(&self, id: &KeyId) -> Result<Option<(ApiKey, SecretHash)>, StoreError> {
        Ok(self.tables().keys.iter().find(|(key, _)| key.id == *id).cloned())
    }

    async fn revoke_key(&self, id: &KeyId, at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.change(|tables| {
            let known = tables.keys.iter_mut().map(|(key, _)| key);
            let found = known.into_iter().find(|key| key.id == *id && key.revoked_at.is_none());
            found.map(|key| key.revoked_at = Some(at)).is_some()
        }))
    }

    async fn note_key_use(&self, id: &KeyId, at: Timestamp) -> Result<(), StoreError> {
        self.change(|tables| {
            for (key, _) in tables.keys.iter_mut().filter(|(key, _)| key.id == *id) {
                key.last_used_at = key.last_used_at.max(Some(at));
            }
        });
        Ok(())
    }
}
