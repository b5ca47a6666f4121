//! When the write-ahead log is checkpointed into the database.
//!
//! By default, `SQLite` tries after every commit once the log is longer than a thousand pages; and while others read
//! all the time, the log is never restarted, so every commit pays for two. Here each attempt has that much more log
//! to move. A separate thread moves it, with a connection that waits for nobody: writers continue meanwhile. Once all
//! of a long log is in the database, the writer restarts it, for which it waits a moment for readers. From then on its
//! file is overwritten and no longer grows: a commit then neither takes room from the file system nor waits until its
//! journal has the new length. A
//! reader that does not finish, in this process or another, keeps the log from being moved, and nobody waits for
//! that. The thread then finds out who reads, and repeats that until the log can be moved.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::watch;

use crate::storage::describe::UpkeepTrouble;
use crate::storage::error::StoreError;
use crate::storage::sqlite::engine::busy::BusyTimeout;
use crate::storage::sqlite::wal::pinned::{self, LogPinned};
use crate::threads;

/// Pages of new log that are worth an attempt: 16 MiB.
pub const WORTH: u32 = 4 * 1024;

/// With this many pages, 16 MiB, the log should be restarted: so after the first attempt that moves all of it. Its file
/// keeps that length.
const LONGEST: i32 = 4 * 1024;

/// How long the writer waits for readers before the log can be restarted.
const MOMENT: Duration = Duration::from_millis(25);

/// How often the checkpoint is repeated while a reader does not finish.
const AGAIN: Duration = Duration::from_secs(1);

/// The length of the log, as known to the writing connection.
pub struct Log {
    pages: Arc<AtomicI32>,
    /// The length at the last attempt.
    tried: i32,
    busy: BusyTimeout,
    /// [`WORTH`] and [`LONGEST`].
    worth: u32,
    longest: i32,
    mover: Mover,
}

/// Publishes that the log cannot shrink, and that it can again.
pub type LogWatch = watch::Sender<Option<UpkeepTrouble>>;

impl Log {
    /// Takes over the log of this connection, which has this busy timeout.
    pub fn of(
        db: &mut Connection,
        path: &Path,
        busy: BusyTimeout,
        pinned: Arc<LogWatch>,
    ) -> Result<Self, StoreError> {
        let pages = Arc::<AtomicI32>::default();
        let noted = Arc::clone(&pages);
        db.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            noted.store(pages, Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Self {
            pages,
            tried: 0,
            busy,
            worth: WORTH,
            longest: LONGEST,
            mover: Mover { path: path.to_owned(), pinned, running: None },
        })
    }

    /// Checkpoints the log into the database, if that is worth it. A failure is retried a little later.
    pub fn keep_short(&mut self, db: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.tried {
            self.tried = 0;
        }
        if self.mover.take() == Some(Moved::All) && pages >= self.longest {
            self.start_anew(db);
        }
        let new = u32::try_from(pages - self.tried).unwrap_or_default();
        if new >= self.worth && self.mover.ask(self.worth) {
            self.tried = pages;
        }
    }

    /// The frames written since are the few that are still to be moved.
    fn start_anew(&self, db: &Connection) {
        let _shortened = self.busy.shorten(MOMENT);
        let _ = db.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()));
    }

    /// Ends the thread, whose connection must be closed before the writing one.
    pub fn stop(&mut self) {
        self.mover.stop();
    }
}

/// The result of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moved {
    /// Everything in the log at that time is in the database.
    All,
    /// Somebody reads an earlier state, or it failed.
    Part,
}

/// Moves the log on a thread, one attempt at a time.
struct Mover {
    path: PathBuf,
    pinned: Arc<LogWatch>,
    running: Option<Running>,
}

struct Running {
    thread: JoinHandle<Moved>,
    /// Dropping it ends the thread soon.
    going: Sender<()>,
}

impl Mover {
    /// Starts an attempt. Returns whether it did.
    fn ask(&mut self, worth: u32) -> bool {
        if self.running.is_some() {
            return false;
        }
        let (path, pinned) = (self.path.clone(), Arc::clone(&self.pinned));
        let (going, ended) = mpsc::channel();
        let work = move || move_log(&path, worth, &pinned, &ended).unwrap_or(Moved::Part);
        let thread = threads::spawn("store-checkpoint", work);
        self.running = thread.ok().map(|thread| Running { thread, going });
        self.running.is_some()
    }

    /// The result of an ended attempt, once.
    fn take(&mut self) -> Option<Moved> {
        let ended = self.running.take_if(|running| running.thread.is_finished())?;
        ended.thread.join().ok()
    }

    fn stop(&mut self) {
        if let Some(Running { thread, going }) = self.running.take() {
            drop(going);
            // An error means that it has ended, as intended.
            let _ = thread.join();
        }
    }
}

/// Moves what nobody needs any more, and waits for nobody. While another process pins this much of the log, publishes
/// that, and retries every second.
fn move_log(path: &Path, worth: u32, pinned: &LogWatch, ended: &Receiver<()>) -> Result<Moved, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(Duration::ZERO)?;
    let mut found: Option<LogPinned> = None;
    let mut published = None;
    loop {
        let (busy, log, moved): (i64, i64, i64) =
            db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        let is_all = busy == 0 && log == moved;
        found = if is_all { None } else { pinned::look(&db, path, worth, found.as_ref()) };
        if !LogPinned::have_same_cause(published.as_ref(), found.as_ref()) {
            published.clone_from(&found);
            pinned.send_replace(found.as_ref().map(UpkeepTrouble::from));
        }
        if found.is_none() {
            return Ok(if is_all { Moved::All } else { Moved::Part });
        }
        if ended.recv_timeout(AGAIN) != Err(RecvTimeoutError::Timeout) {
            return Ok(Moved::Part);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// Writes until the log is as expected.
    fn write_until(db: &Connection, log: &mut Log, wanted: impl Fn(&Log) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !wanted(log) {
            assert!(Instant::now() < deadline, "{} pages", log.pages.load(Ordering::Relaxed));
            db.execute("INSERT INTO t VALUES (randomblob(20000))", []).unwrap();
            log.keep_short(db);
        }
    }

    #[test]
    fn nobody_waits_for_a_reader_that_stays_and_the_log_starts_anew_without_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut db = Connection::open(&path).unwrap();
        db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
        db.execute("CREATE TABLE t (x)", []).unwrap();
        // Waiting for the reader would take longer than the test.
        let busy = BusyTimeout::new(&path, Duration::from_mins(10));
        busy.install(&mut db).unwrap();
        let pinned = Arc::new(watch::Sender::new(None));
        let mut log = Log::of(&mut db, &path, busy, pinned).unwrap();
        (log.worth, log.longest) = (40, 100);
        let pages = |log: &Log| log.pages.load(Ordering::Relaxed);

        let reader = Connection::open(&path).unwrap();
        reader.execute_batch("BEGIN; SELECT * FROM t;").unwrap();
        write_until(&db, &mut log, |log| pages(log) > 600);
        drop(reader);
        write_until(&db, &mut log, |log| pages(log) < 100);
        log.stop();
    }
}
