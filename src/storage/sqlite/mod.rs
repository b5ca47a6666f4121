//! The `SQLite` store: one file with profiles, unsaved drafts, own variables, deliveries and their attempts.
//!
//! One thread writes (`writer`), a few connections read (`readers`); commits of other processes are noticed (`watch`,
//! `poll`). The active sender holds the [`Lease`]. The sender uses the store as a [`Queue`](crate::storage::Queue).

mod adapter;
mod api_keys;
mod backup;
mod bulk_actions;
mod control;
mod engine;
mod error;
mod feed;
mod file;
mod health;
mod integrity;
mod lock;
mod log;
mod names;
mod profiles;
mod queue;
mod receipts;
mod remote_links;
mod retention;
mod rollups;
mod rows;
mod running_api;
#[cfg(test)]
pub(crate) mod tests;
mod transfer;
mod wal;

pub use backup::{BackedUp, BackupError, back_up};
pub use engine::busy::{LockWait, report_lock_waits};
pub use file::file_locks::Process;
pub use file::inspect::{Inspection, inspect};
pub use file::named_profiles::named_profiles;
pub use integrity::check_integrity;
pub use lock::lease::Lease;
pub use lock::lock_file::LockError;
pub use names::{NameKind, StoredName, stored_names};
pub use queue::seat::Seat;
pub use transfer::{FileSource, FileTarget};
pub use wal::pinned::LogPinned;

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Transaction;
use tokio::sync::watch as channel;

use crate::clock;
use crate::storage::describe::UpkeepTrouble;
use crate::storage::error::StoreError;
use crate::storage::health::rules::HealthRules;
use crate::storage::sqlite::error::InFile as _;

use engine::readers::Readers;
use engine::state_counts::Writing;
use engine::watch::Looking;
use engine::write_queue::Order;
use engine::writer::{Connected, Told, Writer};
use file::identity::Place;
use lock::epoch::Right;
use queue::claims::Claims;
use queue::gathered::Gathering;

/// How long another program may keep the file locked before that is reported.
const BUSY: Duration = Duration::from_secs(5);

/// The database. Cheap to clone; dropping the last handle commits pending work and waits for it.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    path: PathBuf,
    told: Told,
    noticing: Mutex<Option<Noticing>>,
    readers: Arc<Readers>,
    writer: Writer,
    /// What is about to be accepted.
    gathering: Gathering,
    /// See [`Health::judge_by`](crate::storage::Health::judge_by).
    health_rules: Mutex<HealthRules>,
    /// The claims of this process.
    claims: Arc<Claims>,
    /// The right by which this process sends, or sent before.
    right: Mutex<Option<Arc<Right>>>,
}

/// The watcher of other processes' commits.
#[allow(dead_code, reason = "both are held only to be dropped")]
enum Noticing {
    /// Notified by the system.
    Told(notify::RecommendedWatcher),
    /// The system has no watch left: by polling.
    Asked(engine::poll::Poll),
}

impl Store {
    /// Opens the database, creating it if necessary: a folder with mode 0700, a file with mode 0600. Blocks for as
    /// long as the disk takes, and at most five seconds for a lock of another program.
    ///
    /// # Errors
    /// The problem of the file, its path, and the fix.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_waiting(path, BUSY)
    }

    /// As [`Store::open`], waiting this long for locks of other programs.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_waiting(path: impl AsRef<Path>, busy: Duration) -> Result<Self, StoreError> {
        Self::open_noticing(path.as_ref(), busy, |path, orders, looking| {
            engine::watch::start(path, orders, looking).ok().map(Noticing::Told)
        })
    }

    /// As [`Store::open_waiting`], with this way to be notified of writes; if it fails, they are polled for.
    fn open_noticing(
        path: &Path,
        busy: Duration,
        watch: impl FnOnce(&Path, Sender<Order>, Arc<Looking>) -> Option<Noticing>,
    ) -> Result<Self, StoreError> {
        let file::open::Prepared { db, busy: timeout, path, closed } = file::open::writer(path, busy)?;
        let at = |error: StoreError| error.at(&path);
        let place = Place::of(&path).map_err(|problem| at(problem.into()))?;
        let outdated = profiles::purge::outdated(&db, clock::now()).map_err(at)?;
        let told = Told::default();
        let looking = Arc::<Looking>::default();
        let connection = Connected { db, busy: timeout, place: place.clone(), path: path.clone(), closed };
        let writer = Writer::start(connection, told.clone(), Arc::clone(&looking)).map_err(at)?;
        let noticing = match watch(&path, writer.orders(), Arc::clone(&looking)) {
            Some(watching) => watching,
            None => Noticing::Asked(engine::poll::start(&path, busy, writer.orders(), looking).map_err(at)?),
        };
        if let Some(before) = outdated {
            // Nobody waits for it; if it fails, the next start does it.
            drop(writer.ask(Order::Write, move |tx| profiles::purge::deleted(tx, before)));
        }
        let readers = Arc::new(Readers::new(path.clone(), place, busy));
        let noticing = Mutex::new(Some(noticing));
        Ok(Self(Arc::new(Shared {
            path,
            told,
            noticing,
            readers,
            writer,
            gathering: Gathering::default(),
            health_rules: Mutex::default(),
            claims: Arc::default(),
            right: Mutex::default(),
        })))
    }

    /// The path of the database, with links resolved.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Changes whenever something was committed, by any process.
    #[must_use]
    pub fn changes(&self) -> channel::Receiver<u64> {
        self.0.told.changes.subscribe()
    }

    /// Why the write-ahead log cannot shrink, if another program reads. Detected by writers.
    #[must_use]
    pub fn log_pinned(&self) -> channel::Receiver<Option<UpkeepTrouble>> {
        self.0.told.log.subscribe()
    }

    fn health_rules(&self) -> HealthRules {
        *self.0.health_rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_health_rules(&self, rules: HealthRules) {
        *self.0.health_rules.lock().unwrap_or_else(PoisonError::into_inner) = rules;
    }

    /// Commits pending work, waits for it, and closes the file. Later requests are refused. Blocks for as long as the
    /// disk takes.
    pub fn close(&self) {
        self.0.close();
    }

    /// Runs `work` in a transaction, possibly together with the work of others; returns after the commit.
    async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Writing<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.0.writer.write(Order::Write, work).await.map_err(|error| error.at(&self.0.path))
    }

    /// Runs `question` on one state of the database.
    async fn read<T, F>(&self, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        Arc::clone(&self.0.readers).read(question).await.map_err(|error| error.at(&self.0.path))
    }
}

impl Shared {
    /// The writing connection is closed last: the last one to close removes the write-ahead log, and a read-only one
    /// cannot.
    fn close(&self) {
        drop(self.noticing.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.readers.close();
        self.writer.stop();
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.close();
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Store").field(&self.0.path).finish()
    }
}
