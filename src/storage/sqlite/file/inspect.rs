//! Inspects a database read-only: not even the files beside it are created.

use std::fs::metadata;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::storage::control::blocked_counts::BlockedCounts;
use crate::storage::error::StoreError;
use crate::storage::running_api::RunningApi;
use crate::storage::sqlite::control::blocked;
use crate::storage::sqlite::error::{InFile as _, opening};
use crate::storage::sqlite::file::schema::{self, Found};
use crate::storage::sqlite::file::writable::may_be_written;
use crate::storage::sqlite::file::{moved, read_only};
use crate::storage::sqlite::lock::{lock_file, process_identity};
use crate::storage::sqlite::rows::row_check;
use crate::storage::sqlite::running_api;
use crate::storage::sqlite::wal::checkpoint;
use crate::storage::sqlite::wal::pinned::{self, LogPinned};
use crate::storage::transfer::CopiedTo;
use crate::storage::unreadable::PassedOver;

/// The result of an inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Its path, with links resolved.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// The size of its write-ahead log in bytes; 0 without one.
    pub log_bytes: u64,
    /// The permission bits of the file.
    pub mode: u32,
    /// Whether this user may write it and its log.
    pub writable: bool,
    /// Its schema; none for an empty file.
    pub schema: Option<i64>,
    /// The latest schema that this program knows.
    pub known_schema: i64,
    /// The copy into another database that has closed it, if there is one.
    pub copy: Option<CopiedTo>,
    /// Damage found by `PRAGMA quick_check`, and missing parts of the schema, at most ten lines; empty if there is
    /// none.
    pub damage: Vec<String>,
    /// How many deliveries are pending, if this program knows the schema.
    pub pending: Option<u64>,
    /// How many of them are blocked, and by what; empty for another schema.
    pub blocked: BlockedCounts,
    /// The invalid rows, which are skipped.
    pub unreadable: PassedOver,
    /// The active sender's process, if it is stopped: by a signal, or by a debugger.
    pub stopped_sender: Option<u32>,
    /// The HTTP APIs that run on it, if this program knows the schema.
    pub apis: Vec<RunningApi>,
    /// Why the write-ahead log cannot shrink, if so.
    pub log_pinned: Option<LogPinned>,
    /// Why the lock cannot be acquired, if the lock file's name is in use.
    pub lock: Option<String>,
}

/// How many lines of damage are listed.
const LINES: usize = 10;

/// Inspects a database, and changes nothing. Takes as long as reading the whole file does.
///
/// # Errors
/// It cannot be read, or it belongs to another program or a newer Ringback.
pub fn inspect(path: &Path) -> Result<Inspection, StoreError> {
    look(path).map_err(|error| error.at(path))
}

fn look(path: &Path) -> Result<Inspection, StoreError> {
    let real = read_only::real(path)?;
    let facts = metadata(&real).map_err(|error| StoreError::from(opening(&error)))?;
    let log_bytes = read_only::log_bytes(&real).unwrap_or(0);
    let db = read_only::open(&real)?;
    let schema = match schema::look(&db)? {
        Found::Empty => None,
        Found::Schema(version) => Some(version),
    };
    let mut check = db.prepare(&format!("PRAGMA quick_check({LINES})"))?;
    let lines = check.query_map([], |row| row.get::<_, String>(0))?;
    let mut damage: Vec<String> = lines.collect::<Result<_, _>>()?;
    damage.retain(|line| line != "ok");
    let is_known = schema == Some(schema::KNOWN);
    if is_known {
        damage.extend(schema::missing(&db)?);
        damage.truncate(LINES);
    }
    let sound = damage.is_empty();
    let unreadable = if is_known && sound { row_check::look(&db)? } else { PassedOver::default() };
    Ok(Inspection {
        bytes: facts.len(),
        log_bytes,
        mode: facts.permissions().mode() & 0o777,
        writable: may_be_written(&real),
        schema,
        known_schema: schema::KNOWN,
        copy: if is_known { moved::copy(&db).unwrap_or_default() } else { None },
        damage,
        pending: if is_known { pending(&db).ok() } else { None },
        // Damage is reported already.
        blocked: if is_known { blocked(&db).unwrap_or_default() } else { BlockedCounts::default() },
        unreadable,
        stopped_sender: if is_known { stopped(&db) } else { None },
        apis: if is_known { apis(&db) } else { Vec::new() },
        log_pinned: pinned::look(&db, &real, checkpoint::WORTH, None),
        lock: lock_file::unusable(&real),
        path: real,
    })
}

fn stopped(db: &Connection) -> Option<u32> {
    let sql = "SELECT sender FROM revision";
    let sender: String = db.query_row(sql, [], |row| row.get(0)).ok()?;
    process_identity::pid(&sender).filter(|_| process_identity::is_stopped(&sender))
}

/// Queued and waiting deliveries.
fn pending(db: &Connection) -> rusqlite::Result<u64> {
    let states = [crate::record::DeliveryState::Queued, crate::record::DeliveryState::Waiting];
    let mut sum = 0;
    for state in states {
        let number = crate::storage::sqlite::rows::columns::state_number(state);
        sum += db.query_row("SELECT n FROM tally WHERE state = ?1", [number], |row| row.get::<_, i64>(0))?;
    }
    Ok(u64::try_from(sum).unwrap_or(0))
}

/// For display only: if it cannot be read, none.
fn apis(db: &Connection) -> Vec<RunningApi> {
    db.unchecked_transaction().and_then(|tx| running_api::running(&tx)).unwrap_or_default()
}

fn blocked(db: &Connection) -> Result<BlockedCounts, StoreError> {
    blocked::all(&db.unchecked_transaction()?, None)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::SystemTime;

    use super::*;
    use crate::storage::error::Problem;
    use crate::storage::sqlite::Store;

    /// Every file of a folder, with its bytes and its modification time.
    fn files(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
        let read = |entry: std::fs::DirEntry| {
            let changed = entry.metadata().unwrap().modified().unwrap();
            (entry.path(), (std::fs::read(entry.path()).unwrap(), changed))
        };
        std::fs::read_dir(folder).unwrap().map(|entry| read(entry.unwrap())).collect()
    }

    #[test]
    fn a_sound_file_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("with space ? and %.db");
        drop(Store::open(&path).unwrap());
        let before = files(folder.path());
        let found = inspect(&path).unwrap();
        assert_eq!(files(folder.path()), before);
        assert_eq!((found.schema, found.pending, found.mode), (Some(found.known_schema), Some(0), 0o600));
        assert!(found.writable && found.damage.is_empty() && found.bytes > 0 && found.log_bytes == 0);
    }

    #[test]
    fn a_file_in_use_is_read_with_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let store = Store::open(&path).unwrap();
        let found = inspect(&path).unwrap();
        assert!(found.log_bytes > 0 && found.damage.is_empty(), "{found:?}");
        drop(store);
    }

    #[test]
    fn a_foreign_database_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        assert!(matches!(inspect(&path).unwrap_err().problem, Problem::CannotOpen(_)));
        std::fs::write(&path, "this is a text, and long enough to be no database").unwrap();
        assert_eq!(inspect(&path).unwrap_err().problem, Problem::NotADatabase);
        assert_eq!(inspect(folder.path()).unwrap_err().problem, Problem::IsFolder);
        std::fs::write(&path, "").unwrap();
        assert_eq!(inspect(&path).unwrap().schema, None, "an empty one can become ours");
    }

    #[test]
    fn damage_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        drop(Store::open(&path).unwrap());
        let mut bytes = std::fs::read(&path).unwrap();
        // The second half contains tables and indexes; the first page must stay, or it is not a database.
        let half = bytes.len() / 2;
        bytes[half..].fill(0xA5);
        std::fs::write(&path, bytes).unwrap();
        let told = match inspect(&path) {
            Ok(found) => !found.damage.is_empty() && found.damage.len() <= LINES,
            Err(error) => matches!(error.problem, Problem::Corrupt(_)),
        };
        assert!(told);
    }
}
