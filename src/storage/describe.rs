//! The name and the health of a store.

use std::fmt;
use std::path::Path;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::storage::error::StoreError;
use crate::storage::sender_info::SenderInfo;

/// Something outside keeps a store from its upkeep, and a person can end that.
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

/// Says what a store is.
#[async_trait]
pub trait Describe: Send + Sync {
    /// The whole name of the store, to be shown: a path, or a URL without its password.
    fn name(&self) -> String;

    /// A short name of the store.
    fn short_name(&self) -> String {
        self.name()
    }

    /// The file that the store is, where it is one.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// The processes that send from this store just now, as far as is known: those that joined first come
    /// first.
    ///
    /// # Errors
    /// The store cannot be asked.
    async fn senders(&self) -> Result<Vec<SenderInfo>, StoreError>;

    /// Whether a process sends from this store just now, as far as is known.
    ///
    /// # Errors
    /// As [`senders`](Self::senders).
    async fn has_active_sender(&self) -> Result<bool, StoreError> {
        Ok(!self.senders().await?.is_empty())
    }

    /// The current obstacle to the store's upkeep, if there is one.
    fn upkeep(&self) -> watch::Receiver<Option<UpkeepTrouble>>;

    /// Commits what was asked for, waits for it, and closes the store. What is asked for after that is
    /// refused. Blocks for as long as the disk takes.
    fn close(&self);
}
