//! The name and the health of a store.

use std::fmt;
use std::path::Path;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::storage::error::StoreError;
use crate::storage::running_api::RunningApi;
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

    /// Makes known that this process serves the HTTP API at this URL, until it ends; none: that it no longer does.
    /// Counted in [`Revision::apis`](crate::storage::Revision::apis). Where senders have leased seats it is known while
    /// this process has one, so it is announced before its sender starts.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn announce_api(&self, url: Option<String>) -> Result<(), StoreError>;

    /// The HTTP APIs that currently run on this store, on any machine. One whose process was killed is not among them,
    /// where senders have leased seats once its lease has run out.
    ///
    /// # Errors
    /// The store cannot be queried.
    async fn running_apis(&self) -> Result<Vec<RunningApi>, StoreError>;

    /// What currently prevents the store's maintenance, if anything.
    fn upkeep(&self) -> watch::Receiver<Option<UpkeepTrouble>>;

    /// Commits pending work, waits for it, and closes the store. Later requests are refused. Blocks for as long as
    /// the disk takes.
    fn close(&self);
}
