//! A file that is copied.

use async_trait::async_trait;
use uuid::Uuid;

use crate::clock;
use crate::record::LogPosition;
use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::lock::lease::Lease;
use crate::storage::sqlite::rows::columns::millis;
use crate::storage::sqlite::transfer::{contents, seal, source_mark as mark};
use crate::storage::transfer::TransferError;
use crate::storage::transfer::batch::{BatchLimit, LaneNames, LogBatch, SettingsPage};
use crate::storage::transfer::store::{Contents, CopySource, SourceMark};
use crate::storage::transfer::table::Table;

/// A file that is copied. No other process sends from it meanwhile.
#[derive(Debug)]
pub struct FileSource {
    store: Store,
    /// None where the file was copied before: nobody can send from it.
    _lease: Option<Lease>,
}

impl FileSource {
    /// Takes the right to send from the file, so that nobody else has it.
    ///
    /// # Errors
    /// A sender is active, or the file cannot be used.
    pub async fn open(store: Store) -> Result<Self, TransferError> {
        let mark = store.read(mark::read).await?;
        if mark.as_ref().is_some_and(|mark| mark.is_finished) {
            return Ok(Self { store, _lease: None });
        }
        let taken = Lease::try_take(store.path()).map_err(|error| TransferError::Lock(error.to_string()))?;
        let Some(mut lease) = taken else {
            let (source_name, pid) = (store.path().display().to_string(), Lease::holder(store.path()));
            return Err(TransferError::Active { source_name, pid });
        };
        if !mark.is_some_and(|mark| mark.is_closed) {
            // A sender whose lock file was removed stops, and its outcomes are recorded before anything is read.
            lease = store.begin_epoch(lease).await?;
        }
        Ok(Self { store, _lease: Some(lease) })
    }

    /// Closes a file that was copied, permanently: without a write-ahead log, and read-only for its owner.
    ///
    /// # Errors
    /// The file's mode cannot be changed.
    pub fn seal(self) -> std::io::Result<()> {
        let path = self.store.path().to_owned();
        self.store.close();
        seal::seal(&path)
    }
}

#[async_trait]
impl Contents for FileSource {
    async fn lanes(&self) -> Result<LaneNames, StoreError> {
        self.store.read(contents::lanes).await
    }

    async fn settings(&self, table: Table, from: usize, most: usize) -> Result<SettingsPage, StoreError> {
        self.store.read(move |tx| contents::settings(tx, table, from, most)).await
    }

    async fn log(&self, after: i64, most: BatchLimit) -> Result<LogBatch, StoreError> {
        self.store.read(move |tx| contents::log(tx, LogPosition::new(after), most)).await
    }
}

#[async_trait]
impl CopySource for FileSource {
    fn name(&self) -> String {
        self.store.path().display().to_string()
    }

    async fn mark(&self) -> Result<Option<SourceMark>, StoreError> {
        self.store.read(mark::read).await
    }

    async fn deliveries(&self) -> Result<u64, StoreError> {
        let sql = "SELECT coalesce(sum(n), 0) FROM tally";
        // An invalid number is corrected by the next sender, and only the progress depends on it.
        let n =
            self.store.read(move |tx| Ok(tx.query_row(sql, [], |row| row.get(0)).unwrap_or(0_i64))).await?;
        Ok(u64::try_from(n).unwrap_or(0))
    }

    async fn plan(&self, id: Uuid, target: &str) -> Result<(), StoreError> {
        let target = target.to_owned();
        self.store.write(move |tx| mark::plan(tx, id, &target)).await
    }

    async fn shut(&self) -> Result<(), TransferError> {
        let now = millis(clock::now());
        Ok(self.store.write(move |tx| mark::shut(tx, now)).await?)
    }

    async fn reopen(&self) -> Result<(), StoreError> {
        self.store.write(|tx| mark::reopen(tx)).await
    }

    async fn finish(&self) -> Result<(), StoreError> {
        let now = millis(clock::now());
        self.store.write(move |tx| mark::finish(tx, now)).await
    }
}
