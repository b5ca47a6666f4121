//! How long a connection waits for another program's lock. A wait of more than a second is reported.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::storage::sqlite::file::file_locks::{LockedFile, Process};
use crate::storage::sqlite::wal::index;

/// A shorter wait is not reported.
const UNREPORTED: Duration = Duration::from_secs(1);

/// The minimum interval between two reports.
const REPORT_AGAIN: Duration = Duration::from_secs(30);

/// The pauses between two attempts, as in `SQLite`; the last one repeats.
const PAUSES_MS: [u64; 7] = [1, 2, 5, 10, 15, 20, 25];

/// The bytes of a database that are locked by a writer (`SQLite`'s `os.h`): pending, reserved, and those of readers.
const DATABASE_LOCKS: std::ops::RangeInclusive<u64> = 0x4000_0000..=0x4000_0000 + 511;

/// A wait for another program's lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockWait {
    /// The database.
    pub path: PathBuf,
    /// The process that holds the lock, if the system reports it.
    pub holder: Option<Process>,
}

impl LockWait {
    fn look(path: &Path) -> Self {
        let index = LockedFile::open(&index::beside(path));
        let writes = index.and_then(|index| index.owner(index::WRITE_LOCK..=index::WRITE_LOCK));
        let changes = || LockedFile::open(path)?.owner(DATABASE_LOCKS);
        Self { path: path.to_owned(), holder: writes.or_else(changes) }
    }
}

impl fmt::Display for LockWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.holder {
            Some(holder) => write!(f, "waiting for the lock that {holder} holds on {path}"),
            None => write!(f, "waiting for another program's lock on {path}"),
        }
    }
}

/// Reports a wait.
type Report = fn(&LockWait);

/// The reporter, and when it last reported.
static REPORT: Mutex<(Option<Report>, Option<Instant>)> = Mutex::new((None, None));

/// Reports every long wait of this process with this function, called on the waiting thread; or with none.
pub fn report_lock_waits(report: Option<fn(&LockWait)>) {
    REPORT.lock().unwrap_or_else(PoisonError::into_inner).0 = report;
}

fn report(path: &Path) {
    let mut state = REPORT.lock().unwrap_or_else(PoisonError::into_inner);
    let (Some(report), reported) = *state else { return };
    if reported.is_none_or(|at| at.elapsed() >= REPORT_AGAIN) {
        state.1 = Some(Instant::now());
        drop(state);
        report(&LockWait::look(path));
    }
}

/// How long a connection waits for each lock. Cheap to clone.
#[derive(Debug, Clone)]
pub struct BusyTimeout {
    path: Arc<Path>,
    usual: Duration,
    limit_ms: Arc<AtomicU64>,
}

/// While this value exists, the connection waits for less.
pub struct Shortened<'a>(&'a BusyTimeout);

impl Drop for Shortened<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.usual);
    }
}

impl BusyTimeout {
    /// For connections to this database.
    pub fn new(path: &Path, usual: Duration) -> Self {
        let timeout = Self { path: path.into(), usual, limit_ms: Arc::default() };
        timeout.set(usual);
        timeout
    }

    /// The usual limit.
    pub fn usual(&self) -> Duration {
        self.usual
    }

    /// Lowers the limit until the returned value is dropped.
    pub fn shorten(&self, limit: Duration) -> Shortened<'_> {
        self.set(limit.min(self.usual));
        Shortened(self)
    }

    /// Applies it to a connection.
    pub fn install(&self, db: &mut Connection) -> rusqlite::Result<()> {
        let mut wait = self.wait();
        db.busy_handler(Some(move |count| {
            if count == 0 {
                wait = wait.timeout.wait();
            }
            wait.pause()
        }))
    }

    fn set(&self, limit: Duration) {
        let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        self.limit_ms.store(limit, Ordering::Relaxed);
    }

    /// A wait that starts now.
    pub fn wait(&self) -> Wait {
        Wait { timeout: self.clone(), began: Instant::now(), pauses: 0, reported: false }
    }
}

/// One wait for a lock.
pub struct Wait {
    timeout: BusyTimeout,
    began: Instant,
    pauses: usize,
    reported: bool,
}

impl Wait {
    /// Pauses before the next attempt. False, at once, when the limit is reached.
    pub fn pause(&mut self) -> bool {
        let limit = Duration::from_millis(self.timeout.limit_ms.load(Ordering::Relaxed));
        let waited = self.began.elapsed();
        if waited >= limit {
            return false;
        }
        if waited >= UNREPORTED && !self.reported {
            self.reported = true;
            report(&self.timeout.path);
        }
        let pause = PAUSES_MS[self.pauses.min(PAUSES_MS.len() - 1)];
        self.pauses += 1;
        thread::sleep(Duration::from_millis(pause).min(limit.saturating_sub(waited)));
        true
    }
}
