//! The name and the health of a store.

use std::fmt;
use std::path::Path;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::storage::error::StoreError;
use crate::storage::sender_info::SenderInfo;

/// Something outside prevents maintenance of a store, and a person can end that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpkeepTrouble {
    /// The problem.
    pub what: String,
    /// The fix.
    pub fix: String,
    /// The message when it is over.
    pub over: &'static str,
}

impl fmt::Display for UpkeepTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.fix)
    }
}

/// Describes a store.
#[async_trait]
pub trait Describe: Send + Sync {
    /// The full name of the store, for display: a path, or a URL without its password.
    fn name(&self) -> String;

    /// A short name of the store.
    fn short_name(&self) -> String {
        self.name()
    }

    /// The file of the store, if it is one.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// The processes that currently send from this store, as far as is known, in the order of joining.
    ///
    /// # Errors
    /// The store cannot be queried.
    async fn senders(&self) -> Result<Vec<SenderInfo>, StoreError>;

    /// Whether a process currently sends from this store, as far as is known.
    ///
    /// # Errors
    /// As [`senders`](Self::senders).
    async fn has_active_sender(&self) -> Result<bool, StoreError> {
        Ok(!self.senders().await?.is_empty())
    }

    /// What currently prevents the store's maintenance, if anything.
    fn upkeep(&self) -> watch::Receiver<Option<UpkeepTrouble>>;

    /// Commits pending work, waits for it, and closes the store. Later requests are refused. Blocks for as long as
    /// the disk takes.
    fn close(&self);
}
