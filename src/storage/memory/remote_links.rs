//! Links to the profiles of an account.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::MemoryStore;
use crate::profile::ProfileId;
use crate::storage::{RemoteLink, RemoteLinks, StoreError};

#[async_trait]
impl RemoteLinks for MemoryStore {
    async fn remote_links(&self, account: &str) -> Result<Vec<RemoteLink>, StoreError> {
        let tables = self.tables();
        let mut found: Vec<RemoteLink> =
            tables.remote_links.iter().filter(|link| link.account == account).cloned().collect();
        found.sort_by(|a, b| a.profile_id.as_str().cmp(b.profile_id.as_str()));
        Ok(found)
    }

    async fn remote_accounts(&self) -> Result<Vec<String>, StoreError> {
        let tables = self.tables();
        let accounts: BTreeSet<&String> = tables.remote_links.iter().map(|link| &link.account).collect();
        Ok(accounts.into_iter().cloned().collect())
    }

    async fn keep_remote_link(&self, link: RemoteLink) -> Result<(), StoreError> {
        self.change(|tables| {
            let is_other =
                |kept: &RemoteLink| kept.account != link.account || kept.profile_id != link.profile_id;
            tables.remote_links.retain(is_other);
            tables.remote_links.push(link);
        });
        Ok(())
    }

    async fn drop_remote_link(&self, account: &str, profile: &ProfileId) -> Result<bool, StoreError> {
        Ok(self.change(|tables| {
            let before = tables.remote_links.len();
            tables.remote_links.retain(|kept| kept.account != account || kept.profile_id != *profile);
            tables.remote_links.len() < before
        }))
    }
}
