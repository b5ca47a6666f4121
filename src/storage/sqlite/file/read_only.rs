//! Opens a file to look at it: not even the files beside it are created.

use std::ffi::OsString;
use std::fs::{OpenOptions, metadata};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::storage::error::{Problem, StoreError};
use crate::storage::sqlite::engine::busy::BusyTimeout;
use crate::storage::sqlite::error::opening;
use crate::storage::sqlite::file::{hard_links, regular};

/// The real path of a file that can be read.
pub fn real(path: &Path) -> Result<PathBuf, StoreError> {
    let at = |error: std::io::Error| StoreError::from(opening(&error));
    let real = path.canonicalize().map_err(at)?;
    regular::check(&real)?;
    hard_links::check(&real)?;
    OpenOptions::new().read(true).open(&real).map_err(at)?;
    Ok(real)
}

/// The size of its write-ahead log, if it has one.
pub fn log_bytes(path: &Path) -> Option<u64> {
    let mut name = OsString::from(path);
    name.push("-wal");
    metadata(name).ok().map(|facts| facts.len())
}

/// Without a log nobody is writing, and the file is read directly: reading it otherwise would create a log and shared
/// memory.
pub fn open(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = if log_bytes(path).is_some() {
        Connection::open_with_flags(path, flags)?
    } else {
        let name =
            url::Url::from_file_path(path).map_err(|()| Problem::CannotOpen("no such path".to_owned()))?;
        Connection::open_with_flags(format!("{name}?immutable=1"), flags | OpenFlags::SQLITE_OPEN_URI)?
    };
    BusyTimeout::new(path, crate::storage::sqlite::BUSY).install(&mut db)?;
    db.pragma_update(None, "query_only", true)?;
    Ok(db)
}
