//! Who sends: the one process that holds a lock on a file beside the database. The system frees it
//! when that process ends, however it ends.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError, canonicalize};
use std::io::{self, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::files::{self, RegularFile};

/// The right to send for a database, held until it is dropped.
#[derive(Debug)]
pub struct Lease {
    file: File,
}

impl Lease {
    /// Takes the right if nobody has it.
    ///
    /// # Errors
    /// The lock file cannot be made or opened, or the file system has no locks.
    pub fn try_take(db_path: &Path) -> io::Result<Option<Self>> {
        let file = open(db_path)?;
        // Who asks for the holder has the lock for a moment, so one refusal may mean nothing.
        for pause_ms in [1, 4, 0] {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self::signed(file))),
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(pause_ms)),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Takes the right, waiting for as long as another has it: for a thread of its own.
    ///
    /// # Errors
    /// As [`Lease::try_take`].
    pub fn wait(db_path: &Path) -> io::Result<Self> {
        let file = open(db_path)?;
        file.lock()?;
        Ok(Self::signed(file))
    }

    /// The process id of who has the right; `None` when nobody has, or it cannot be told.
    #[must_use]
    pub fn holder(db_path: &Path) -> Option<u32> {
        let file = RegularFile::open(&beside(db_path)).ok()?.into_file();
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {}
            // Nobody has it: a number that stands there is of one who died.
            Ok(()) | Err(TryLockError::Error(_)) => return None,
        }
        let text = files::read_from(file, 64).ok()?;
        std::str::from_utf8(&text).ok()?.trim().parse().ok()
    }

    /// Writes our process id, so that others can say who sends. The lock is what counts: where there
    /// is no room for the number, they cannot say who.
    fn signed(mut file: File) -> Self {
        let number = format!("{}\n", std::process::id());
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(number.as_bytes()));
        Self { file }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // The lock goes with the file in any case; an old number in it is told from a new one by
        // the lock.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

fn open(db_path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(beside(db_path))
}

/// The lock file of a database; of the real one, when the path is a link.
fn beside(db_path: &Path) -> PathBuf {
    let real = canonicalize(db_path).unwrap_or_else(|_| db_path.to_owned());
    let mut name = OsString::from(real);
    name.push(".lock");
    name.into()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("a.db");
        assert_eq!(Lease::holder(&db), None);
        let first = Lease::try_take(&db).unwrap().expect("nobody has it");
        assert!(Lease::try_take(&db).unwrap().is_none());
        assert_eq!(Lease::holder(&db), Some(std::process::id()));
        drop(first);
        assert_eq!(Lease::holder(&db), None);
        assert!(Lease::try_take(&db).unwrap().is_some());
    }

    #[test]
    fn the_next_in_line_takes_over() {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("a.db");
        let first = Lease::try_take(&db).unwrap().expect("nobody has it");
        let (tell, told) = mpsc::channel();
        let path = db.clone();
        let waiting = std::thread::spawn(move || {
            let lease = Lease::wait(&path);
            tell.send(()).unwrap();
            lease
        });
        assert!(told.recv_timeout(Duration::from_millis(50)).is_err(), "it waits while it is held");
        drop(first);
        told.recv_timeout(Duration::from_secs(5)).expect("it is free now");
        assert!(Lease::try_take(&db).unwrap().is_none());
        drop(waiting.join().unwrap());
        assert!(Lease::try_take(&db).unwrap().is_some());
    }

    #[test]
    fn a_number_left_behind_is_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("a.db");
        std::fs::write(beside(&db), "4242\n").unwrap();
        assert_eq!(Lease::holder(&db), None);
    }
}
