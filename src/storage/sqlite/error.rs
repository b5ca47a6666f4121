//! Errors of `SQLite` and of its files, as problems of a store.

use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{ErrorCode, ffi};

use crate::files::NoDescriptors;
use crate::storage::error::{Problem, StoreError};
use crate::storage::sqlite::file::writable::may_be_written;
use crate::storage::sqlite::transfer::refusal;

/// The descriptors of one connection: the database, its log, the log's shared memory, and one spare.
const CONNECTION: usize = 4;

/// Context of an error that is only known where it is caught.
pub trait InFile {
    /// Adds the file, if unknown.
    #[must_use]
    fn at(self, path: &Path) -> Self;

    /// Adds how long it waited for a lock.
    #[must_use]
    fn waited(self, timeout: Duration) -> Self;
}

impl InFile for StoreError {
    fn at(mut self, path: &Path) -> Self {
        // To `SQLite` a file that was made read-only while it was open looks like a disk failure.
        if self.location.is_none() && matches!(self.problem, Problem::Disk(_)) && !may_be_written(path) {
            self.problem = Problem::ReadOnly;
        }
        self.location.get_or_insert_with(|| path.display().to_string());
        self
    }

    fn waited(mut self, timeout: Duration) -> Self {
        if let Problem::Locked(waited) = &mut self.problem {
            *waited = timeout;
        }
        self
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        if let Some(missing) = missing_object(&error) {
            return Problem::Corrupt(missing.to_owned()).into();
        }
        if let Some(problem) = closed(&error) {
            return problem.into();
        }
        let problem = match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Problem::Locked(Duration::ZERO),
            Some(ErrorCode::ReadOnly) => Problem::ReadOnly,
            Some(ErrorCode::NotADatabase) => Problem::NotADatabase,
            Some(ErrorCode::DatabaseCorrupt) => Problem::Corrupt(text),
            // An already stored row has it: values written here have the right types.
            Some(ErrorCode::ConstraintViolation) if is_type_violation(&error) => Problem::Corrupt(text),
            Some(ErrorCode::DiskFull) => Problem::Full,
            // The shared memory cannot be enlarged as needed.
            Some(ErrorCode::SystemIoFailure) if extended_code(&error) == Some(ffi::SQLITE_IOERR_SHMSIZE) => {
                Problem::Full
            }
            Some(ErrorCode::CannotOpen) => out_of_descriptors().unwrap_or(Problem::CannotOpen(text)),
            Some(ErrorCode::PermissionDenied) => Problem::CannotOpen(text),
            Some(ErrorCode::SystemIoFailure) => out_of_descriptors().unwrap_or(Problem::Disk(text)),
            _ if has_no_meaning(&error) => Problem::Unreadable { what: "a row of it".to_owned(), why: text },
            _ => Problem::Sql(text),
        };
        problem.into()
    }
}

/// Whether `SQLite` lacked descriptors. It does not say so, and has closed by now what it could open.
fn out_of_descriptors() -> Option<Problem> {
    NoDescriptors::within(CONNECTION).map(Problem::NoDescriptors)
}

/// The message that a table, an index or a column of this program's schema is missing.
fn missing_object(error: &rusqlite::Error) -> Option<&str> {
    let (rusqlite::Error::SqlInputError { msg, .. } | rusqlite::Error::SqliteFailure(_, Some(msg))) = error
    else {
        return None;
    };
    let is_missing = error.sqlite_error_code() == Some(ErrorCode::Unknown)
        && (msg.starts_with("no such ") || msg.contains(" has no column "));
    is_missing.then_some(msg.as_str())
}

/// The problem of a file that refuses changes, since it was copied or is being copied.
fn closed(error: &rusqlite::Error) -> Option<Problem> {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message))
            if extended_code(error) == Some(ffi::SQLITE_CONSTRAINT_TRIGGER) =>
        {
            refusal::problem(message)
        }
        _ => None,
    }
}

/// Whether the read value does not match what is expected.
fn has_no_meaning(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{
        FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, QueryReturnedNoRows, Utf8Error,
    };
    matches!(
        error,
        FromSqlConversionFailure(..)
            | IntegralValueOutOfRange(..)
            | InvalidColumnType(..)
            | QueryReturnedNoRows
            | Utf8Error(..)
    )
}

/// Whether a change was rejected because of the type of a value, or a null.
pub fn is_type_violation(error: &rusqlite::Error) -> bool {
    matches!(extended_code(error), Some(ffi::SQLITE_CONSTRAINT_DATATYPE | ffi::SQLITE_CONSTRAINT_NOTNULL))
}

fn extended_code(error: &rusqlite::Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}

/// The problem of a file that cannot be opened for writing.
pub fn opening(error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::IsADirectory => Problem::IsFolder,
        io::ErrorKind::ReadOnlyFilesystem => Problem::ReadOnly,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Problem::Full,
        _ => NoDescriptors::of(error)
            .map_or_else(|| Problem::CannotOpen(error.to_string()), Problem::NoDescriptors),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_once_and_what_to_do() {
        let error = StoreError::from(Problem::Newer { found: 9, known: 1 });
        let error = error.at(Path::new("/data/a.db")).at(Path::new("/other"));
        assert_eq!(
            error.to_string(),
            "/data/a.db: was written by a newer Ringback (schema 9, this one knows 1): \
             update, or name another file with --db"
        );
    }

    #[test]
    fn sqlite_codes_have_their_problem() {
        let of = |code| {
            let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
            StoreError::from(error).problem
        };
        assert_eq!(of(rusqlite::ffi::SQLITE_FULL), Problem::Full);
        assert_eq!(of(rusqlite::ffi::SQLITE_IOERR_SHMSIZE), Problem::Full);
        assert_eq!(of(rusqlite::ffi::SQLITE_READONLY), Problem::ReadOnly);
        assert!(matches!(of(rusqlite::ffi::SQLITE_CORRUPT), Problem::Corrupt(_)));
        assert!(matches!(of(rusqlite::ffi::SQLITE_IOERR), Problem::Disk(_)));
        assert!(matches!(of(rusqlite::ffi::SQLITE_CONSTRAINT), Problem::Sql(_)));
    }

    #[test]
    fn the_time_waited_is_stated() {
        let locked = StoreError::from(Problem::Locked(Duration::ZERO)).waited(Duration::from_secs(5));
        assert!(locked.to_string().contains("waited 5s"), "{locked}");
    }
}
