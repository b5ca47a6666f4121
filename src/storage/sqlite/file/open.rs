//! Opens the file: permissions, settings, identification.

use std::fs::{DirBuilder, OpenOptions, Permissions, canonicalize, metadata, set_permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::storage::error::{Problem, StoreError};
use crate::storage::sqlite::engine::busy::BusyTimeout;
use crate::storage::sqlite::error::{InFile as _, opening};
use crate::storage::sqlite::file::schema::{self, Found};
use crate::storage::sqlite::file::writable::may_be_written;
use crate::storage::sqlite::file::{hard_links, moved, name_length, regular};

/// Cached statements per connection.
const STATEMENTS: usize = 64;

/// The pages that a connection that reads keeps, in KiB: a quarter of `SQLite`'s default. Each commit of another
/// connection makes them useless, and the system keeps the file in memory too.
const READER_CACHE_KIB: i64 = 512;

/// The write-ahead log is truncated to this many bytes after it was copied into the database.
const WAL_BYTES: i64 = 32 * 1024 * 1024;

/// An opened file.
pub struct Prepared {
    /// The connection that writes.
    pub db: Connection,
    /// Its busy timeout.
    pub busy: BusyTimeout,
    /// The real path, since `SQLite` keeps the log beside the target of a link.
    pub path: PathBuf,
    /// Why nothing can be written: the file was copied into another database. Then the connection can only read.
    pub closed: Option<Problem>,
}

/// Opens the file for writing, created and migrated to the latest schema if needed; or for reading, if it was copied
/// into another database.
pub fn writer(path: &Path, busy: Duration) -> Result<Prepared, StoreError> {
    let told = |error: StoreError| error.at(path).waited(busy);
    let (real, may_write) = make(path).map_err(|problem| told(problem.into()))?;
    let busy = BusyTimeout::new(&real, busy);
    let (db, closed) = if may_write { prepare(&real, &busy) } else { reopen(&real, &busy) }.map_err(told)?;
    Ok(Prepared { db, busy, path: real, closed })
}

/// Opens a file that this user may only read: one that was copied.
fn reopen(path: &Path, busy: &BusyTimeout) -> Result<(Connection, Option<Problem>), StoreError> {
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, busy).map_err(|_| Problem::ReadOnly)?;
    match copied_to(&db) {
        Ok(Some(target)) => Ok((db, Some(Problem::Moved(target)))),
        Ok(None) | Err(_) => Err(Problem::ReadOnly.into()),
    }
}

/// Where a file of this schema was copied to.
fn copied_to(db: &Connection) -> Result<Option<String>, StoreError> {
    match schema::look(db)? {
        Found::Schema(schema::KNOWN) => moved::target(db),
        Found::Schema(_) | Found::Empty => Ok(None),
    }
}

/// Opens another connection, which can only read.
pub fn reader(path: &Path, busy: Duration) -> Result<Connection, StoreError> {
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, &BusyTimeout::new(path, busy))?;
    db.pragma_update(None, "query_only", true)?;
    db.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(db)
}

fn connect(path: &Path, access: OpenFlags, busy: &BusyTimeout) -> Result<Connection, StoreError> {
    let mut db = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    busy.install(&mut db)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    // A statement stays as prepared. Otherwise `SQLite` would prepare it again for each value that might allow
    // another index, which costs more than most queries.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(db)
}

/// Creates missing folders and the file, private to their owner. `SQLite` gives the log and the shared memory the
/// mode of the file. Returns the real path, and whether this user may write.
fn make(path: &Path) -> Result<(PathBuf, bool), Problem> {
    name_length::check(path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.exists()) {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| Problem::Folder(error.to_string()))?;
    }
    regular::check(path)?;
    let mut may_write = true;
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    match options.clone().create_new(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if let Err(error) = options.open(path) {
                may_write = false;
                let is_denied = error.kind() == io::ErrorKind::PermissionDenied;
                if !is_denied || OpenOptions::new().read(true).open(path).is_err() {
                    return Err(opening(&error));
                }
            }
        }
        made => drop(made.map_err(|error| opening(&error))?),
    }
    let real = canonicalize(path).map_err(|error| opening(&error))?;
    // The others are beside the target of a link.
    regular::check(&real)?;
    hard_links::check(&real)?;
    Ok((real, may_write))
}

/// Removes the permissions of other users from the file, its log and its shared memory: they contain secrets. If the
/// system does not allow that, they belong to another user, who is responsible.
fn tighten(path: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        let Ok(found) = metadata(&name) else { continue };
        let mode = found.permissions().mode() & 0o777;
        if mode & !0o600 != 0 {
            let _ = set_permissions(&name, Permissions::from_mode(mode & 0o600));
        }
    }
}

fn prepare(path: &Path, busy: &BusyTimeout) -> Result<(Connection, Option<Problem>), StoreError> {
    let mut db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, busy)?;
    let found = schema::look(&db)?;
    if found == Found::Schema(schema::KNOWN)
        && let Some(target) = moved::target(&db)?
    {
        db.pragma_update(None, "query_only", true)?;
        return Ok((db, Some(Problem::Moved(target))));
    }
    // Only once it is known to be ours.
    tighten(path);
    if found == Found::Empty {
        // This can only be set for an empty file, and setting the log's mode makes it not empty.
        db.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    write_ahead(&db, busy)?;
    if !may_be_written(path) {
        // `SQLite` would open the log to read it, and never write it on this connection, even if the cause is fixed
        // meanwhile.
        return Err(Problem::ReadOnly.into());
    }
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    // The data to undo a single command is kept in memory: a temporary file cost a third of all write time, and
    // contained pages with secrets in a folder that is not ours.
    db.pragma_update(None, "temp_store", "MEMORY")?;
    // Deleted content is overwritten if its page is written anyway. Freed pages are not: they are cut off the file,
    // or reused.
    db.pragma_update_and_check(None, "secure_delete", "FAST", |_| Ok(()))?;
    db.pragma_update_and_check(None, "journal_size_limit", WAL_BYTES, |_| Ok(()))?;
    // A file that is up to date needs no lock: another session may be writing at the moment.
    if found != Found::Schema(schema::KNOWN) {
        schema::migrate(&mut db)?;
    }
    Ok((db, None))
}

/// Enables the write-ahead log. `SQLite` does not wait if two sessions do so at once.
fn write_ahead(db: &Connection, busy: &BusyTimeout) -> Result<(), StoreError> {
    let mut wait = busy.wait();
    loop {
        let mode = db.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match mode {
            Ok(mode) if mode.eq_ignore_ascii_case("wal") => return Ok(()),
            Ok(_) => return Err(Problem::NoWal.into()),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && wait.pause() => {}
            Err(error) => return Err(error.into()),
        }
    }
}
