//! What a store must do to be copied, and to be copied into.

use async_trait::async_trait;
use uuid::Uuid;

use crate::storage::error::StoreError;
use crate::storage::log::counts::Counts;
use crate::storage::transfer::batch::{BatchLimit, LaneNames, LogBatch, SettingsPage};
use crate::storage::transfer::error::TransferError;
use crate::storage::transfer::table::{Table, TableRow};

/// Reads all that is copied, in the same order in every store.
#[async_trait]
pub trait Contents: Send + Sync {
    /// The lanes by their numbers.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn lanes(&self) -> Result<LaneNames, StoreError>;

    /// Rows of a table of settings, from this one on.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn settings(&self, table: Table, from: usize, most: usize) -> Result<SettingsPage, StoreError>;

    /// The deliveries after a position, and all that belongs to them.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn log(&self, after: i64, most: BatchLimit) -> Result<LogBatch, StoreError>;
}

/// How far a copy has come, by the mark of its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceMark {
    /// The id of the copy.
    pub id: Uuid,
    /// The name of the target.
    pub target: String,
    /// Whether changes are refused.
    pub is_closed: bool,
    /// Whether all has been copied.
    pub is_finished: bool,
}

/// A store that is copied.
#[async_trait]
pub trait CopySource: Contents {
    /// Its name.
    fn name(&self) -> String;

    /// The mark of a copy, if one has begun.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn mark(&self) -> Result<Option<SourceMark>, StoreError>;

    /// How many deliveries it has.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn deliveries(&self) -> Result<u64, StoreError>;

    /// Marks it with a copy. Nothing is refused yet.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn plan(&self, id: Uuid, target: &str) -> Result<(), StoreError>;

    /// Refuses all changes from now on, by every process.
    ///
    /// # Errors
    /// The store cannot be written, or a process that has it open could still change it.
    async fn shut(&self) -> Result<(), TransferError>;

    /// Ends a copy that has not finished: takes changes again.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn reopen(&self) -> Result<(), StoreError>;

    /// Marks it as copied.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn finish(&self) -> Result<(), StoreError>;
}

/// How far a copy has come, by its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetMark {
    /// Whether the settings are there.
    pub has_settings: bool,
    /// The last position of the source whose delivery is there.
    pub read_to: i64,
    /// Whether all is there and open.
    pub is_finished: bool,
}

/// A store that is copied into.
#[async_trait]
pub trait CopyTarget: Contents {
    /// Its name, without a password.
    fn name(&self) -> String;

    /// The mark of this copy, if it has begun.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn mark(&self, id: Uuid) -> Result<Option<TargetMark>, TransferError>;

    /// Begins this copy, or resumes it, and closes the store to everybody else.
    ///
    /// # Errors
    /// It has data of another origin, or somebody uses it.
    async fn begin(&self, id: Uuid, source: &str) -> Result<TargetMark, TransferError>;

    /// Copies all settings, in one transaction.
    ///
    /// # Errors
    /// The store cannot be written, or the source not be read.
    async fn write_settings(&self, source: &dyn Contents) -> Result<(), StoreError>;

    /// Writes a part of the log. In the rows, lanes are numbers of this store, and positions those of the source.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn write_log(&self, end: i64, rows: [Vec<TableRow>; Table::LOG.len()]) -> Result<(), StoreError>;

    /// Removes what this copy has written, and opens the store. Nothing where it has finished, or never begun.
    ///
    /// # Errors
    /// The store cannot be written, or somebody uses it.
    async fn abandon(&self, id: Uuid) -> Result<(), TransferError>;

    /// Makes the pending deliveries claimable, and opens the store.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn finish(&self, counts: &Counts) -> Result<(), TransferError>;
}
