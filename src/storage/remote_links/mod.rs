//! Which profile of an account of the platform's API is the counterpart of which profile here.

pub mod remote_link;

use async_trait::async_trait;

use crate::profile::ProfileId;
use crate::storage::error::StoreError;

use remote_link::RemoteLink;

/// Keeps the links between profiles and their counterparts. A link outlives its profile: it then says that the
/// profile was deleted here, and is no news from the account.
#[async_trait]
pub trait RemoteLinks: Send + Sync {
    /// The links of an account, by the ids of the profiles.
    ///
    /// # Errors
    /// The store, or a link, cannot be read.
    async fn remote_links(&self, account: &str) -> Result<Vec<RemoteLink>, StoreError>;

    /// The accounts that have links, in order.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn remote_accounts(&self) -> Result<Vec<String>, StoreError>;

    /// Keeps a link, in place of an earlier one of the same account and profile.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn keep_remote_link(&self, link: RemoteLink) -> Result<(), StoreError>;

    /// Forgets the link of a profile. Returns whether there was one.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn drop_remote_link(&self, account: &str, profile: &ProfileId) -> Result<bool, StoreError>;
}
