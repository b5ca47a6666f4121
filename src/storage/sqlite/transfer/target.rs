//! A file that another database is copied into.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use rusqlite::{Connection, Transaction};
use uuid::Uuid;

use crate::clock;
use crate::record::LogPosition;
use crate::storage::error::{Problem, StoreError};
use crate::storage::log::counts::Counts;
use crate::storage::sqlite::BUSY;
use crate::storage::sqlite::error::InFile as _;
use crate::storage::sqlite::file::rename_new::rename_new;
use crate::storage::sqlite::file::{open, read_only};
use crate::storage::sqlite::rows::columns::millis;
use crate::storage::sqlite::transfer::{contents, part, target_mark as mark, write};
use crate::storage::transfer::TransferError;
use crate::storage::transfer::batch::{BatchLimit, LaneNames, LogBatch, SettingsPage};
use crate::storage::transfer::store::{Contents, CopyTarget, TargetMark};
use crate::storage::transfer::table::{Table, TableRow};
use crate::threads;

/// A new file that another database is copied into. It gets its name when all is there.
pub struct FileTarget {
    path: PathBuf,
    part: PathBuf,
    /// The file that is filled, while a copy is under way. Nobody else can use it.
    db: Arc<Mutex<Option<Connection>>>,
}

impl FileTarget {
    /// A file of this name.
    ///
    /// # Errors
    /// Its folder cannot be used.
    pub fn new(path: &Path) -> Result<Self, TransferError> {
        let failed = |why: String| TransferError::Target { target: path.display().to_string(), why };
        let name = path.file_name().ok_or_else(|| failed("it does not name a file".to_owned()))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize();
        let path = folder.map_err(|error| failed(format!("its folder cannot be used ({error})")))?.join(name);
        Ok(Self { part: part::beside(&path), path, db: Arc::default() })
    }

    fn failed(&self, why: impl Into<String>) -> TransferError {
        TransferError::Target { target: self.name(), why: why.into() }
    }

    /// Runs `work` on the file that is filled.
    async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let db = Arc::clone(&self.db);
        let done = threads::blocking(move || match &mut *db.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(db) => work(db),
            None => Err(Problem::Closed.into()),
        });
        let done = done.await.map_err(|error| StoreError::from(Problem::from(error)));
        done.flatten().map_err(|error| error.at(&self.part))
    }

    async fn read<T, F>(&self, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.run(move |db| question(&db.transaction()?)).await
    }

    /// In a transaction.
    async fn change<T, F>(&self, change: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.run(move |db| {
            let tx = db.transaction()?;
            let changed = change(&tx)?;
            tx.commit()?;
            Ok(changed)
        })
        .await
    }

    /// Opens the file that is filled, made if it is not there.
    async fn open(&self) -> Result<(), StoreError> {
        let (part, db) = (self.part.clone(), Arc::clone(&self.db));
        let opened = threads::blocking(move || {
            let mut db = db.lock().unwrap_or_else(PoisonError::into_inner);
            if db.is_none() {
                let opened = open::writer(&part, BUSY)?.db;
                let lock = |opened: &Connection| -> Result<(), rusqlite::Error> {
                    opened.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
                    // The lock is taken with the first change.
                    opened.execute("UPDATE revision SET accepted = accepted", []).map(drop)
                };
                lock(&opened).map_err(|error| StoreError::from(error).at(&part))?;
                *db = Some(opened);
            }
            Ok(())
        });
        opened.await.map_err(|error| StoreError::from(Problem::from(error))).flatten()
    }

    fn close(&self) {
        drop(self.db.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// The mark of the target, if it exists.
    fn named(&self) -> Result<Option<mark::CopyMark>, StoreError> {
        let at = |error: StoreError| error.at(&self.path);
        mark::read(&read_only::open(&self.path).map_err(at)?).map_err(at)
    }

    /// Copies all settings in one transaction, which is open while the source is read.
    async fn copy_settings(&self, source: &dyn Contents) -> Result<(), StoreError> {
        self.run(|db| Ok(db.execute_batch("BEGIN IMMEDIATE")?)).await?;
        for table in Table::SETTINGS {
            let mut from = 0;
            loop {
                let SettingsPage { rows, read, .. } = source.settings(table, from, table.page()).await?;
                if read == 0 {
                    break;
                }
                self.run(move |db| write::settings(db, table, &rows)).await?;
                from += read;
            }
        }
        self.run(|db| {
            write::forget_changes(db)?;
            mark::has_settings(db)?;
            Ok(db.execute_batch("COMMIT")?)
        })
        .await
    }

    /// Gives the file its name: it is on disk, and without a write-ahead log, which has another name.
    async fn publish(&self) -> Result<(), TransferError> {
        self.run(|db| Ok(db.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?)).await?;
        self.close();
        let (part, path) = (self.part.clone(), self.path.clone());
        let renamed = threads::blocking(move || {
            OpenOptions::new().read(true).open(&part)?.sync_all()?;
            rename_new(&part, &path)
        });
        let renamed = renamed.await.map_err(|error| StoreError::from(Problem::from(error)))?;
        renamed.map_err(|error| self.failed(format!("it cannot get its name ({error})")))
    }
}

#[async_trait]
impl Contents for FileTarget {
    async fn lanes(&self) -> Result<LaneNames, StoreError> {
        self.read(contents::lanes).await
    }

    async fn settings(&self, table: Table, from: usize, most: usize) -> Result<SettingsPage, StoreError> {
        self.read(move |tx| contents::settings(tx, table, from, most)).await
    }

    async fn log(&self, after: i64, most: BatchLimit) -> Result<LogBatch, StoreError> {
        self.read(move |tx| contents::log(tx, LogPosition::new(after), most)).await
    }
}

#[async_trait]
impl CopyTarget for FileTarget {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    async fn mark(&self, id: Uuid) -> Result<Option<TargetMark>, TransferError> {
        let mark = if self.part.symlink_metadata().is_ok() {
            self.open().await?;
            self.read(|tx| mark::read(tx)).await?
        } else if self.path.symlink_metadata().is_ok() {
            self.named()?
        } else {
            None
        };
        Ok(mark.filter(|mark| mark.id == id).map(|mark| mark.reached))
    }

    async fn begin(&self, id: Uuid, source: &str) -> Result<TargetMark, TransferError> {
        if self.path.symlink_metadata().is_ok() {
            let named = self.named().ok().flatten().filter(|mark| mark.id == id);
            return match named {
                Some(mark) => Ok(mark.reached),
                None => Err(self.failed("it exists, and a copy never overwrites a file")),
            };
        }
        self.open().await?;
        match self.read(|tx| mark::read(tx)).await? {
            Some(mark) if mark.id == id => {
                if mark.reached.is_finished {
                    self.publish().await?;
                }
                return Ok(mark.reached);
            }
            Some(mark::CopyMark { source, .. }) => {
                let part = self.part.display().to_string();
                return Err(TransferError::OtherCopy { part, source_name: source });
            }
            None => {}
        }
        let source = source.to_owned();
        Ok(self.change(move |tx| mark::begin(tx, id, &source)).await?)
    }

    async fn write_settings(&self, source: &dyn Contents) -> Result<(), StoreError> {
        let written = self.copy_settings(source).await;
        if written.is_err() {
            // With it ends the transaction.
            self.close();
        }
        written
    }

    async fn write_log(&self, end: i64, rows: [Vec<TableRow>; Table::LOG.len()]) -> Result<(), StoreError> {
        self.change(move |tx| {
            write::log(tx, rows)?;
            mark::read_to(tx, end)
        })
        .await
    }

    async fn abandon(&self, id: Uuid) -> Result<(), TransferError> {
        if self.part.symlink_metadata().is_err() {
            return Ok(());
        }
        self.open().await?;
        let mark = self.read(|tx| mark::read(tx)).await?;
        self.close();
        if mark.is_some_and(|mark| mark.id == id && !mark.reached.is_finished) {
            let removed = part::remove(&self.part);
            removed.map_err(|error| self.failed(format!("its part cannot be removed ({error})")))?;
        }
        Ok(())
    }

    async fn finish(&self, _: &Counts) -> Result<(), TransferError> {
        let now = millis(clock::now());
        self.change(move |tx| mark::finish(tx, now)).await?;
        self.publish().await
    }
}
