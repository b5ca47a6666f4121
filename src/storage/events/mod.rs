//! Notifications of changes by any process.

pub mod revision;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::storage::error::StoreError;

use revision::Revision;

/// Notifies of changes.
#[async_trait]
pub trait Events: Send + Sync {
    /// Changes whenever something was committed, by any process. Several commits may be one change.
    fn changes(&self) -> watch::Receiver<u64>;

    /// Which kinds of things have changed, at the same cost however much is stored.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn revision(&self) -> Result<Revision, StoreError>;
}
