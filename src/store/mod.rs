//! The store: one `SQLite` file with profiles, unsaved drafts, own variables, deliveries and their
//! attempts.
//!
//! One thread writes (`writer`), a few connections read (`readers`); what other processes commit
//! is noticed (`watch`, `poll`). Who sends holds the [`Lease`]. The sender sees the store as an
//! [`Outbox`](crate::delivery::Outbox).

mod accept;
mod again;
mod beyond;
mod bulk;
mod busy;
mod clock_trust;
mod columns;
mod control;
mod deleted;
mod doubt;
mod drafts;
mod due;
mod error;
mod failing;
mod fair;
mod file_locks;
mod filter;
mod find;
mod handover;
mod held;
mod hold;
mod inspect;
mod job;
mod keeping;
mod lane;
mod lease;
mod lock_file;
mod log;
mod log_pinned;
mod name_length;
mod names;
mod open;
mod outbox;
mod owner;
mod place;
mod poll;
mod profiles;
mod prune;
mod purge;
mod queue;
mod readers;
mod record;
mod regular;
mod revision;
mod right;
mod row_check;
mod salvage;
mod save;
mod schema;
mod select;
mod shrink;
mod sieve;
mod stall;
mod standing;
mod state;
mod status_filter;
mod summaries;
mod tally;
mod test_values;
#[cfg(test)]
mod tests;
mod turns;
mod unreadable;
mod variables;
mod waits;
mod wal;
mod wal_index;
mod wal_time;
mod watch;
mod words;
mod writable;
mod writer;

pub use bulk::{Change, Did};
pub use busy::{LockWait, report_lock_waits};
pub use clock_trust::ClockDoubt;
pub use deleted::DeletedProfile;
pub use drafts::UnsavedDraft;
pub use error::{Problem, StoreError};
pub use file_locks::Process;
pub use filter::Filter;
pub use held::{Held, Within};
pub use hold::{Cause, HeldFor, Hold, Holds};
pub use inspect::{Inspection, inspect};
pub use keeping::Keeping;
pub use lease::Lease;
pub use lock_file::LockError;
pub use log::Counts;
pub use log_pinned::LogPinned;
pub use profiles::ProfileRow;
pub use prune::{Keep, Removed};
pub use revision::Revision;
pub use row_check::Listing;
pub use save::Saved;
pub use select::{Found, LOOKED_AT, Searched};
#[cfg(test)]
pub(crate) use sieve::fits;
pub use standing::Standing;
pub use status_filter::{StateFilter, StatusFilter};
pub use unreadable::{PassedOver, UnreadableRow};
pub use words::searched_texts;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Transaction;
use tokio::sync::watch as channel;

use crate::clock;
use crate::profile::Status;

use place::Place;
use queue::Order;
use readers::Readers;
use right::Right;
use tally::Writing;
use watch::Looking;
use writer::{Connected, Told, Writer};

/// How long another program may keep the file locked before that is told.
const BUSY: Duration = Duration::from_secs(5);

/// The database. Cheap to clone; the last handle that is dropped commits what was asked for and
/// waits for it.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    path: PathBuf,
    told: Told,
    noticing: Mutex<Option<Noticing>>,
    readers: Arc<Readers>,
    writer: Writer,
    /// See [`Store::disable_after`].
    disable_after: AtomicU32,
    /// What this process may send by, or might before.
    right: Mutex<Option<Arc<Right>>>,
}

/// What notices the commits of other processes, for as long as it is held.
#[allow(dead_code, reason = "both are held only to be dropped")]
enum Noticing {
    /// The system tells.
    Told(notify::RecommendedWatcher),
    /// It has no watch left: somebody has to ask.
    Asked(poll::Poll),
}

impl Store {
    /// Opens the database, made where it is missing: a folder of mode 0700, a file of mode 0600.
    /// Blocks for as long as the disk takes, and at most five seconds for who keeps it locked.
    ///
    /// # Errors
    /// What is wrong with the file, where it is, and what to do.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_waiting(path, BUSY)
    }

    /// As [`Store::open`], waiting this long for other programs that keep the file locked.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_waiting(path: impl AsRef<Path>, busy: Duration) -> Result<Self, StoreError> {
        Self::open_noticing(path.as_ref(), busy, |path, orders, looking| {
            watch::start(path, orders, looking).ok().map(Noticing::Told)
        })
    }

    /// As [`Store::open_waiting`], with this way to be told of writes; where it gives none, they are
    /// asked for.
    fn open_noticing(
        path: &Path,
        busy: Duration,
        watch: impl FnOnce(&Path, Sender<Order>, Arc<Looking>) -> Option<Noticing>,
    ) -> Result<Self, StoreError> {
        let (db, timeout, path) = open::writer(path, busy)?;
        let at = |error: StoreError| error.at(&path);
        let place = Place::of(&path).map_err(|problem| at(problem.into()))?;
        let outdated = purge::outdated(&db, clock::now()).map_err(at)?;
        let told = Told::default();
        let looking = Arc::<Looking>::default();
        let connection = Connected { db, busy: timeout, place: place.clone(), path: path.clone() };
        let writer = Writer::start(connection, told.clone(), Arc::clone(&looking)).map_err(at)?;
        let noticing = match watch(&path, writer.orders(), Arc::clone(&looking)) {
            Some(watching) => watching,
            None => Noticing::Asked(poll::start(&path, busy, writer.orders(), looking).map_err(at)?),
        };
        if let Some(before) = outdated {
            // Nobody waits for it; where it fails, the next start does it.
            drop(writer.ask(Order::Write, move |tx| purge::deleted(tx, before)));
        }
        let readers = Arc::new(Readers::new(path.clone(), place, busy));
        let noticing = Mutex::new(Some(noticing));
        let disable_after = AtomicU32::new(Status::AUTO_DISABLE_AFTER);
        Ok(Self(Arc::new(Shared {
            path,
            told,
            noticing,
            readers,
            writer,
            disable_after,
            right: Mutex::default(),
        })))
    }

    /// Where the database is, with links followed.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Changes whenever something was committed, by whichever process.
    #[must_use]
    pub fn changes(&self) -> channel::Receiver<u64> {
        self.0.told.changes.subscribe()
    }

    /// That the write-ahead log cannot shrink, since another program reads. It is noticed by who writes.
    #[must_use]
    pub fn log_pinned(&self) -> channel::Receiver<Option<LogPinned>> {
        self.0.told.log.subscribe()
    }

    /// A profile is disabled when so many of its events in a row have failed for good; 0 is never.
    /// [`Status::AUTO_DISABLE_AFTER`] unless told, and for what this process records.
    pub fn disable_after(&self, failures: u32) {
        self.0.disable_after.store(failures, Ordering::Relaxed);
    }

    /// Commits what was asked for, waits for it, and lets go of the file. What is asked for after
    /// that is refused. Blocks for as long as the disk takes.
    pub fn close(&self) {
        self.0.close();
    }

    /// Does `work` in a transaction, with others' work perhaps; the answer comes after the commit.
    async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Writing<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.0.writer.write(Order::Write, work).await.map_err(|error| error.at(&self.0.path))
    }

    /// Asks `question` of one state of the database.
    async fn read<T, F>(&self, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        Arc::clone(&self.0.readers).read(question).await.map_err(|error| error.at(&self.0.path))
    }
}

impl Shared {
    /// The writing connection goes last: the last one to close tidies the write-ahead log away, and
    /// one that only reads cannot.
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
