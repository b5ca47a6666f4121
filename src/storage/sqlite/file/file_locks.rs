//! Finds the process that holds a lock on bytes of a database's files, by `F_GETLK` of fcntl(2).
//!
//! The file must be open for that. Closing any descriptor of a file drops all locks that this process holds on it,
//! including those of `SQLite`: a file that was opened here is never closed.

use std::fmt;
use std::fs::{File, metadata};
use std::ops::RangeInclusive;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Flock, FlockType, fcntl_getlk};

use crate::files::RegularFile;

/// A process, for messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Process {
    /// Its id.
    pub pid: u32,
    /// The name of its program, if known.
    pub program: Option<String>,
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.program {
            Some(program) => write!(f, "pid {} ({program})", self.pid),
            None => write!(f, "pid {}", self.pid),
        }
    }
}

impl Process {
    fn of(pid: u32) -> Self {
        let name = crate::files::read_text(format!("/proc/{pid}/comm").as_ref(), 4096).ok();
        Self { pid, program: name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()) }
    }
}

/// A file of a database, open until this process ends.
#[derive(Clone)]
pub struct LockedFile(Arc<File>);

/// Every opened file, by device and inode.
static OPEN: Mutex<Vec<((u64, u64), LockedFile)>> = Mutex::new(Vec::new());

impl LockedFile {
    /// Opens a file, once in the life of this process. None if it does not exist or cannot be read.
    pub fn open(path: &Path) -> Option<Self> {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let facts = metadata(path).ok()?;
        let identity = (facts.dev(), facts.ino());
        if let Some((_, file)) = open.iter().find(|(known, _)| *known == identity) {
            return Some(file.clone());
        }
        let file = Self(Arc::new(RegularFile::open(path).ok()?.into_file()));
        open.push((identity, file.clone()));
        Some(file)
    }

    /// The open file.
    pub fn file(&self) -> &File {
        &self.0
    }

    /// Another process that shares a lock on this byte.
    pub fn sharer(&self, byte: u64) -> Option<Process> {
        // What an exclusive lock would have to wait for.
        let found = self.blocker(FlockType::WriteLock, byte..=byte)?;
        if found.typ == FlockType::ReadLock { process(&found) } else { None }
    }

    /// Another process with an exclusive lock on one of these bytes.
    pub fn owner(&self, bytes: RangeInclusive<u64>) -> Option<Process> {
        // What a shared lock would have to wait for.
        process(&self.blocker(FlockType::ReadLock, bytes)?)
    }

    fn blocker(&self, kind: FlockType, bytes: RangeInclusive<u64>) -> Option<Flock> {
        let length = bytes.end().checked_sub(*bytes.start())?.checked_add(1)?;
        fcntl_getlk(&*self.0, &Flock { start: *bytes.start(), length, ..Flock::from(kind) }).ok()?
    }
}

/// The process that holds a lock; none if it is in another PID namespace.
fn process(lock: &Flock) -> Option<Process> {
    u32::try_from(lock.pid?.as_raw_nonzero().get()).ok().map(Process::of)
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    use rusqlite::Connection;

    use super::*;

    /// Another process that locks a byte of the file until it is killed.
    fn locker(path: &Path, kind: &str, byte: u64) -> std::process::Child {
        let script = "import fcntl, sys, time
file = open(sys.argv[1], 'r+b')
fcntl.lockf(file, getattr(fcntl, sys.argv[2]), 1, int(sys.argv[3]))
print('locked', flush=True)
time.sleep(600)";
        let mut command = Command::new("python3");
        command.args(["-c", script]).arg(path).arg(kind).arg(byte.to_string());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "locked\n");
        child
    }

    #[test]
    fn a_lock_of_another_process_is_found_by_its_byte_and_kind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db-shm");
        std::fs::write(&path, "").unwrap();
        let file = LockedFile::open(&path).unwrap();
        for (kind, is_exclusive) in [("LOCK_SH", false), ("LOCK_EX", true)] {
            let mut child = locker(&path, kind, 124);
            let pid = |found: Option<Process>| found.map(|process| process.pid);
            let found = (pid(file.sharer(124)), pid(file.owner(120..=127)));
            let id = Some(child.id());
            assert_eq!(found, if is_exclusive { (None, id) } else { (id, None) }, "{kind}");
            assert_eq!((file.sharer(123), file.owner(120..=123)), (None, None), "{kind}");
            child.kill().unwrap();
            child.wait().unwrap();
            assert_eq!((file.sharer(124), file.owner(0..=200)), (None, None), "{kind}: it has ended");
        }
    }

    #[test]
    fn no_lock_of_ours_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let db = Connection::open(&path).unwrap();
        db.execute_batch("CREATE TABLE t (x); BEGIN IMMEDIATE").unwrap();
        for _ in 0..2 {
            assert_eq!(LockedFile::open(&path).unwrap().owner(0..=u64::MAX / 4), None, "ours is not told");
        }
        // Another process still finds the database locked.
        let script = "import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=0)
try: db.execute('BEGIN IMMEDIATE')
except sqlite3.OperationalError as error: print(error)";
        let other = Command::new("python3").args(["-c", script]).arg(&path).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&other.stdout).trim(), "database is locked");
    }
}
