//! The sender lock: the active sender holds a lock on a file beside the database. The system releases it when that
//! process ends, however it ends.

use std::fs::TryLockError;
use std::io::{Seek as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::files;
use crate::storage::sqlite::lock::lock_file::{LockError, LockFile};

/// The right to send for a database, until it is dropped.
#[derive(Debug)]
pub struct Lease {
    lock: Arc<LockFile>,
    /// Whether the previous owner of this very file released the right. Otherwise it died, or has another file: this
    /// one is new.
    pub was_released: bool,
}

/// The content of the lock file after its right was released.
const RELEASED: &str = "released\n";

impl Lease {
    /// Acquires the right if nobody has it.
    ///
    /// # Errors
    /// The lock file cannot be created or opened, is not ours, or the file system has no locks.
    pub fn try_take(db_path: &Path) -> Result<Option<Self>, LockError> {
        loop {
            let lock = LockFile::open(db_path)?;
            if !has_locked(&lock)? {
                return Ok(None);
            }
            if let Some(lease) = Self::signed(lock) {
                return Ok(Some(lease));
            }
        }
    }

    /// Acquires the right, and waits as long as another process has it: for a separate thread.
    ///
    /// # Errors
    /// As [`Lease::try_take`].
    pub fn wait(db_path: &Path) -> Result<Self, LockError> {
        loop {
            let lock = LockFile::open(db_path)?;
            lock.file.lock().map_err(|error| lock.failed(error))?;
            if let Some(lease) = Self::signed(lock) {
                return Ok(lease);
            }
        }
    }

    /// The process ID of the owner; `None` if there is none, or it is unknown.
    #[must_use]
    pub fn holder(db_path: &Path) -> Option<u32> {
        let file = LockFile::look(db_path)?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {}
            // Nobody has it: a number in the file is that of a process that died.
            Ok(()) | Err(TryLockError::Error(_)) => return None,
        }
        let text = files::read_from(file, 64).ok()?;
        std::str::from_utf8(&text).ok()?.trim().parse().ok()
    }

    /// The lock file, to check whether it is still in its place.
    pub(crate) fn lock(&self) -> Arc<LockFile> {
        Arc::clone(&self.lock)
    }

    /// Writes our process ID, so that others can report it. Only the lock counts: if there is no space for the
    /// number, they cannot. None if the locked file is no longer the one that others see.
    fn signed(lock: LockFile) -> Option<Self> {
        if !lock.is_in_place() {
            return None;
        }
        let number = format!("{}\n", std::process::id());
        let mut file = &lock.file;
        let was_released = files::read_from(file, 64).is_ok_and(|text| text == RELEASED.as_bytes());
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(number.as_bytes()));
        Some(Self { lock: Arc::new(lock), was_released })
    }
}

/// Locks it if nobody has. A query for the owner locks it for a moment, so one refusal may mean nothing.
fn has_locked(lock: &LockFile) -> Result<bool, LockError> {
    for pause_ms in [1, 4, 0] {
        match lock.file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(pause_ms)),
            Err(TryLockError::Error(error)) => return Err(lock.failed(error)),
        }
    }
    Ok(false)
}

impl Drop for Lease {
    fn drop(&mut self) {
        // The lock ends with the file in any case; an old number in it is distinguished from a new one by the lock.
        let mut file = &self.lock.file;
        let _ =
            file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(RELEASED.as_bytes()));
        let _ = file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::storage::sqlite::lock::lock_file::tests::name;

    #[test]
    fn one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("a.db");
        assert_eq!(Lease::holder(&db), None);
        let first = Lease::try_take(&db).unwrap().expect("nobody has it");
        assert!(!first.was_released, "nobody had it");
        assert!(Lease::try_take(&db).unwrap().is_none());
        assert_eq!(Lease::holder(&db), Some(std::process::id()));
        drop(first);
        assert_eq!(Lease::holder(&db), None);
        let second = Lease::try_take(&db).unwrap().expect("nobody has it");
        assert!(second.was_released);
        std::fs::remove_file(name(&db)).unwrap();
        let third = Lease::try_take(&db).unwrap().expect("nobody has the new one");
        assert!(!third.was_released, "the second has the old one");
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
        std::fs::write(name(&db), "4242\n").unwrap();
        assert_eq!(Lease::holder(&db), None);
    }

    #[test]
    fn who_waits_for_a_file_that_was_removed_takes_the_one_in_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("a.db");
        let first = Lease::try_take(&db).unwrap().expect("nobody has it");
        let old = LockFile::open(&db).unwrap();
        std::fs::remove_file(name(&db)).unwrap();
        drop(first);
        assert!(has_locked(&old).unwrap(), "the old file is free");
        assert!(Lease::signed(old).is_none(), "and means nothing");
        let second = Lease::try_take(&db).unwrap().expect("nobody has the new one");
        assert!(second.lock().is_in_place());
    }
}
