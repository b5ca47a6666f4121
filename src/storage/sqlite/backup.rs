//! A copy of a file, while others write it: whole, of one moment, verified, on disk, and never over another file.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use uuid::Uuid;

use crate::storage::error::StoreError;
use crate::storage::integrity::IntegrityReport;
use crate::storage::sqlite::engine::busy::BusyTimeout;
use crate::storage::sqlite::error::InFile as _;
use crate::storage::sqlite::file::rename_new::rename_new;
use crate::storage::sqlite::file::{read_only, schema};
use crate::storage::sqlite::integrity::check_integrity;

/// How many steps of the database engine pass between two looks at whether to stop: well under a millisecond.
const STEPS: i32 = 10_000;

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    /// The database, with links resolved.
    pub source: PathBuf,
    /// The backup.
    pub target: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// What was found in it.
    pub report: IntegrityReport,
}

/// Why there is no backup. Each message has the fix.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The name of the backup is in use.
    #[error("{}: it exists, and a backup never overwrites a file: name a new one", .0.display())]
    Exists(PathBuf),
    /// The backup cannot be written under this name.
    #[error("{}: cannot be written ({source}): name a file in a folder that exists and can be written", .target.display())]
    Target {
        /// The name.
        target: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The backup could not be written to its end.
    #[error("{}: cannot be written ({why}): check the disk, and room on it", .target.display())]
    Unfinished {
        /// The name.
        target: PathBuf,
        /// Why.
        why: String,
    },
    /// The copy is not sound, and was removed.
    #[error(
        "the backup was not sound and was removed ({0}): the disk of one of them, or the database itself, is damaged; \
         `ringback db check` examines the database"
    )]
    Unsound(String),
    /// It was to stop.
    #[error("interrupted: no backup was made")]
    Stopped,
}

/// Copies a file, whatever is written to it meanwhile: the copy has all that was committed before this call, and nothing
/// of a later moment than another part of it. It appears under its name when it is whole, verified and on disk, with
/// mode 0600. The file is not migrated. Ends early once `stop` is set. Takes as long as reading the file and writing the
/// copy do.
///
/// # Errors
/// The file cannot be read, the copy cannot be written, or something has its name.
pub fn back_up(source: &Path, target: &Path, stop: &Arc<AtomicBool>) -> Result<BackedUp, BackupError> {
    if target.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(target.to_owned()));
    }
    let source = read_only::real(source).map_err(|error| error.at(source))?;
    let part = Part::create(target)?;
    write(&source, &part, target, stop)?;
    let synced = OpenOptions::new().read(true).open(&part.0).and_then(|file| {
        file.sync_all()?;
        file.metadata()
    });
    let unfinished = |error: &dyn std::fmt::Display| BackupError::Unfinished {
        target: target.to_owned(),
        why: error.to_string(),
    };
    let bytes = synced.map_err(|error| unfinished(&error))?.len();
    let report = check_integrity(&part.0)?;
    let damage = report.checks.iter().find(|check| check.invariant.is_basic() && check.faults > 0);
    if let Some(check) = damage {
        return Err(BackupError::Unsound(check.named.join("; ")));
    }
    if stop.load(Ordering::Relaxed) {
        return Err(BackupError::Stopped);
    }
    part.name(target)?;
    Ok(BackedUp { source, target: target.to_owned(), bytes, report })
}

/// Writes the copy: one statement, and so one state of the file. Unlike a copy of its pages it has none that are free,
/// and it is not begun anew when another process writes.
fn write(source: &Path, part: &Part, target: &Path, stop: &Arc<AtomicBool>) -> Result<(), BackupError> {
    // The last one to close a file removes its log, which a connection that only reads cannot. Of a file that may only
    // be read, SQLite itself makes a connection that reads.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let at = |error: StoreError| BackupError::Store(error.at(source));
    let mut db = Connection::open_with_flags(source, flags).map_err(|error| at(error.into()))?;
    BusyTimeout::new(source, crate::storage::sqlite::BUSY)
        .install(&mut db)
        .map_err(|error| at(error.into()))?;
    schema::look(&db).map_err(at)?;
    let name = part.0.to_str().ok_or_else(|| BackupError::Target {
        target: target.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidFilename, "its name is not UTF-8"),
    })?;
    let stops = Arc::clone(stop);
    db.progress_handler(STEPS, Some(move || stops.load(Ordering::Relaxed)))
        .map_err(|error| at(error.into()))?;
    match db.execute("VACUUM INTO ?1", [name]) {
        Ok(_) => Ok(()),
        Err(error) => Err(match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => BackupError::Stopped,
            // SQLite does not say which of the two files an error is about: the one that is written fills up.
            Some(ErrorCode::DiskFull | ErrorCode::CannotOpen | ErrorCode::SystemIoFailure) => {
                BackupError::Unfinished { target: target.to_owned(), why: error.to_string() }
            }
            _ => at(error.into()),
        }),
    }
}

/// A file beside the target, which is removed unless it gets the name of the target.
struct Part(PathBuf);

impl Part {
    /// Nobody else can read it from the beginning on.
    fn create(target: &Path) -> Result<Self, BackupError> {
        let failed = |source| BackupError::Target { target: target.to_owned(), source };
        let name = target.file_name().ok_or_else(|| failed(io::ErrorKind::InvalidFilename.into()))?;
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.part", Uuid::new_v4().simple()));
        let path = target.with_file_name(hidden);
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
        Ok(Self(path))
    }

    /// Gives it the name of the target, unless something has that by now, and puts the name on disk.
    fn name(self, target: &Path) -> Result<(), BackupError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => BackupError::Exists(target.to_owned()),
            _ => BackupError::Target { target: target.to_owned(), source },
        };
        rename_new(&self.0, target).map_err(failed)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It is not there once it has its name.
        let _ = std::fs::remove_file(&self.0);
    }
}
