//! The lock file beside the database: opened only if it is a regular file of this user, and identified by its inode.
//! Anyone with write access to the folder could place a link there, a pipe, or a hard link to another file.

use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions, TryLockError, canonicalize, symlink_metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::geteuid;

use crate::files::NoDescriptors;

/// Why the lock cannot be acquired.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Something else has the name of the lock file.
    #[error("{path} is {what}: remove it while no session runs", path = .path.display())]
    NotOurs {
        /// The lock file.
        path: PathBuf,
        /// Such as `a symbolic link`.
        what: String,
    },
    /// The file system has no locks.
    #[error(
        "{path} cannot be locked ({error}): put the database on a local disk, and name it with --db",
        path = .path.display()
    )]
    NoLocks {
        /// The lock file.
        path: PathBuf,
        /// The reason.
        error: io::Error,
    },
    /// It cannot be opened or locked.
    #[error("{path} cannot be locked ({error}): {fix}", path = .path.display(), fix = fix(.error))]
    Io {
        /// The lock file.
        path: PathBuf,
        /// The reason.
        error: io::Error,
    },
}

/// How to fix a lock file that cannot be opened.
fn fix(error: &io::Error) -> String {
    NoDescriptors::of(error).map_or_else(|| "see who may write it".to_owned(), |lacking| lacking.to_string())
}

impl LockError {
    /// Whether this lasts until somebody fixes it; otherwise the system may only lack resources.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::NotOurs { .. } | Self::NoLocks { .. } => true,
            Self::Io { error, .. } => matches!(
                error.kind(),
                io::ErrorKind::PermissionDenied
                    | io::ErrorKind::IsADirectory
                    | io::ErrorKind::NotADirectory
                    | io::ErrorKind::InvalidFilename
            ),
        }
    }
}

/// An open lock file.
#[derive(Debug)]
pub struct LockFile {
    pub file: File,
    path: PathBuf,
}

impl LockFile {
    /// Opens the lock file of a database, creating it if necessary; for a link, that of its target.
    ///
    /// # Errors
    /// It is not a regular file of this user with one name, or cannot be opened.
    pub fn open(db_path: &Path) -> Result<Self, LockError> {
        let path = beside(db_path);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = opened(&options, &path)?;
        let facts = file.metadata().map_err(|error| LockError::Io { path: path.clone(), error })?;
        match unfit(&facts) {
            None => Ok(Self { file, path }),
            Some(what) => Err(LockError::NotOurs { path, what }),
        }
    }

    /// Opens it for reading, if it exists and is a regular file.
    pub fn look(db_path: &Path) -> Option<File> {
        let file = opened(OpenOptions::new().read(true), &beside(db_path)).ok()?;
        file.metadata().is_ok_and(|facts| facts.is_file()).then_some(file)
    }

    /// Whether the file is still the one with its name: a lock on any other one excludes nobody.
    pub fn is_in_place(&self) -> bool {
        let same = |a: &Metadata, b: &Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
        match (self.file.metadata(), symlink_metadata(&self.path)) {
            (Ok(ours), Ok(found)) => same(&ours, &found),
            (_, Err(error)) if error.kind() == io::ErrorKind::NotFound => false,
            // A failed inspection does not mean that it is gone.
            _ => true,
        }
    }

    /// Why it was not locked.
    pub fn failed(&self, error: io::Error) -> LockError {
        failed(&self.path, error)
    }
}

/// Why the lock file of a database cannot be used, if something else has its name.
pub fn unusable(db_path: &Path) -> Option<String> {
    let path = beside(db_path);
    if let Some(what) = unfit(&symlink_metadata(&path).ok()?) {
        return Some(LockError::NotOurs { path, what }.to_string());
    }
    // A shared lock for a moment prevents nobody from sending.
    match LockFile::look(db_path)?.try_lock_shared() {
        Err(TryLockError::Error(error)) => Some(failed(&path, error).to_string()),
        Ok(()) | Err(TryLockError::WouldBlock) => None,
    }
}

/// Why a file was not locked.
fn failed(path: &Path, error: io::Error) -> LockError {
    let path = path.to_owned();
    // On a network drive without a lock server, flock(2) fails with ENOLCK.
    let has_no_locks = error.kind() == io::ErrorKind::Unsupported
        || error.raw_os_error() == Some(Errno::NOLCK.raw_os_error());
    if has_no_locks { LockError::NoLocks { path, error } } else { LockError::Io { path, error } }
}

/// Opens without following a link, and without waiting for the other end of a pipe.
fn opened(options: &OpenOptions, path: &Path) -> Result<File, LockError> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    options.clone().custom_flags(flags).open(path).map_err(|error| {
        // The error of `open` for a link differs between systems.
        let what = symlink_metadata(path).ok().and_then(|facts| unfit(&facts));
        let denied = error.raw_os_error() == Some(Errno::ACCESS.raw_os_error());
        match what.filter(|_| !denied) {
            Some(what) => LockError::NotOurs { path: path.to_owned(), what },
            None => LockError::Io { path: path.to_owned(), error },
        }
    })
}

/// Why this is not our lock file.
fn unfit(facts: &Metadata) -> Option<String> {
    let kind = facts.file_type();
    if kind.is_symlink() {
        Some("a symbolic link".to_owned())
    } else if kind.is_dir() {
        Some("a folder".to_owned())
    } else if kind.is_fifo() {
        Some("a pipe".to_owned())
    } else if !kind.is_file() {
        Some("no plain file".to_owned())
    } else if facts.uid() != geteuid().as_raw() {
        Some(format!("a file of another user (uid {})", facts.uid()))
    } else if facts.nlink() > 1 {
        Some("another name of some other file".to_owned())
    } else {
        None
    }
}

fn beside(db_path: &Path) -> PathBuf {
    let real = canonicalize(db_path).unwrap_or_else(|_| db_path.to_owned());
    let mut name = OsString::from(real);
    name.push(".lock");
    name.into()
}

#[cfg(test)]
pub mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// The lock file's name.
    pub fn name(db_path: &Path) -> PathBuf {
        beside(db_path)
    }

    #[test]
    fn only_a_plain_file_with_one_name_is_a_lock() {
        let folder = tempfile::tempdir().unwrap();
        let (db, other) = (folder.path().join("a.db"), folder.path().join("letter"));
        let lock = name(&db);
        let refused = |what: &str| {
            let error = LockFile::open(&db).unwrap_err();
            assert!(error.to_string().contains(what) && error.is_lasting(), "{error}");
            assert_eq!(std::fs::read_to_string(&other).unwrap(), "dear");
        };
        std::fs::write(&other, "dear").unwrap();
        symlink(&other, &lock).unwrap();
        refused("is a symbolic link");
        std::fs::remove_file(&lock).unwrap();
        symlink(folder.path().join("nothing"), &lock).unwrap();
        refused("is a symbolic link");
        assert!(!folder.path().join("nothing").exists(), "none was made at its end");
        std::fs::remove_file(&lock).unwrap();
        std::fs::hard_link(&other, &lock).unwrap();
        refused("another name of some other file");
        std::fs::remove_file(&lock).unwrap();
        std::fs::create_dir(&lock).unwrap();
        refused("is a folder");
        std::fs::remove_dir(&lock).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &lock,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .unwrap();
        refused("is a pipe");
        assert!(LockFile::look(&db).is_none(), "nobody waits for who writes into it");
        std::fs::remove_file(&lock).unwrap();
        LockFile::open(&db).unwrap();
    }

    #[test]
    fn a_file_system_without_locks_is_distinguished_from_one_that_lacks_something() {
        let failed = |errno: Errno| failed(Path::new("/net/a.db.lock"), errno.into());
        for errno in [Errno::NOLCK, Errno::NOSYS, Errno::OPNOTSUPP] {
            let error = failed(errno);
            assert!(error.is_lasting(), "{error}");
            assert!(error.to_string().ends_with("put the database on a local disk, and name it with --db"));
        }
        for errno in [Errno::NOMEM, Errno::INTR, Errno::IO] {
            assert!(!failed(errno).is_lasting(), "{errno}");
        }
    }

    #[test]
    fn a_file_that_was_removed_or_replaced_is_not_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("a.db");
        let file = LockFile::open(&db).unwrap();
        assert!(file.is_in_place());
        std::fs::remove_file(name(&db)).unwrap();
        assert!(!file.is_in_place());
        let second = LockFile::open(&db).unwrap();
        assert!(!file.is_in_place() && second.is_in_place());
    }
}
