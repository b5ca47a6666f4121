//! How far the write-ahead log has come, and how far it was moved into the database: the numbers in the header of
//! `SQLite`'s WAL-index, the file with the suffix `-shm` (<https://www.sqlite.org/walformat.html>, section 2, "The
//! WAL-Index File Format"). All are in the machine's byte order:
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 4 | the version of the format, 3007000 |
//! | 12 | 1 | 1 once it is in use |
//! | 16 | 4 | `mxFrame`: frames in the log |
//! | 48 | 48 | the same 48 bytes again: while they differ somebody is writing |
//! | 96 | 4 | `nBackfill`: frames that were moved into the database |
//! | 100 | 5 × 4 | the read marks: who uses one reads no frame beyond it |
//! | 120 | 8 | the bytes that are locked: of writing, checkpoint, recovery, and of each read mark |
//!
//! `SQLite` maps the file into memory and writes there, which is visible to reads of the file.

use std::ffi::OsString;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use crate::storage::sqlite::file::file_locks::LockedFile;

/// The bytes that are read.
const HEAD: usize = 120;
/// The only version.
const VERSION: u32 = 3_007_000;
/// The bytes that are stored twice.
const TWICE: usize = 48;
/// Read marks, each with a byte to lock.
const MARKS: usize = 5;
/// A read mark that nobody has used yet.
const UNUSED: u32 = u32::MAX;
/// The byte whose lock is required for writing.
pub const WRITE_LOCK: u64 = 120;
/// The byte of the first read mark.
const FIRST_READ_LOCK: u64 = 123;

/// The numbers at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalIndex {
    /// In the log.
    pub frames: u32,
    /// In the database already.
    moved: u32,
    marks: [u32; MARKS],
}

impl WalIndex {
    /// Reads it from its file. None if that cannot be read, or is being written.
    pub fn read(file: &LockedFile) -> Option<Self> {
        let mut head = [0; HEAD];
        file.file().read_exact_at(&mut head, 0).ok()?;
        Self::of(&head)
    }

    fn of(head: &[u8; HEAD]) -> Option<Self> {
        let number =
            |at: usize| -> Option<u32> { Some(u32::from_ne_bytes(head[at..at + 4].try_into().ok()?)) };
        let is_whole = head[..TWICE] == head[TWICE..2 * TWICE];
        if !is_whole || number(0)? != VERSION || head[12] != 1 {
            return None;
        }
        let mut marks = [UNUSED; MARKS];
        for (n, mark) in marks.iter_mut().enumerate() {
            *mark = number(100 + 4 * n)?;
        }
        Some(Self { frames: number(16)?, moved: number(96)?, marks })
    }

    /// Each read mark: the byte that its users lock, and the last frame that they read.
    pub fn marks(&self) -> impl Iterator<Item = (u64, u32)> {
        // Users of the first one read only the database, and keep everything from being moved.
        let last = |n: usize, mark: u32| if n == 0 { self.moved } else { mark };
        let used = self.marks.into_iter().enumerate().filter(|(n, mark)| *n == 0 || *mark != UNUSED);
        used.map(move |(n, mark)| (FIRST_READ_LOCK + n as u64, last(n, mark)))
    }
}

/// The WAL-index of a database.
pub fn beside(db_path: &Path) -> PathBuf {
    let mut name = OsString::from(db_path);
    name.push("-shm");
    name.into()
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    fn head(frames: u32, moved: u32, marks: [u32; 5]) -> [u8; HEAD] {
        let mut head = [0; HEAD];
        let mut put = |at: usize, number: u32| head[at..at + 4].copy_from_slice(&number.to_ne_bytes());
        put(0, VERSION);
        put(16, frames);
        put(96, moved);
        (0..).zip(marks).for_each(|(n, mark)| put(100 + 4 * n, mark));
        head[12] = 1;
        let (once, rest) = head.split_at_mut(TWICE);
        rest[..TWICE].copy_from_slice(once);
        head
    }

    #[test]
    fn the_head_says_how_far_each_has_come() {
        let index = WalIndex::of(&head(900, 70, [0, 70, 500, UNUSED, UNUSED])).unwrap();
        assert_eq!((index.frames, index.moved), (900, 70));
        assert_eq!(index.marks().collect::<Vec<_>>(), [(123, 70), (124, 70), (125, 500)]);
    }

    #[test]
    fn a_head_that_is_being_written_or_is_another_is_none() {
        let whole = head(900, 70, [0, 70, 500, UNUSED, UNUSED]);
        for at in [0, 12, 16, 60] {
            let mut other = whole;
            other[at] ^= 1;
            assert_eq!(WalIndex::of(&other), None, "byte {at}");
        }
    }

    #[test]
    fn that_of_an_open_database_follows_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let db = Connection::open(&path).unwrap();
        db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
        db.execute_batch("CREATE TABLE t (x)").unwrap();
        let file = LockedFile::open(&beside(&path)).unwrap();
        let before = WalIndex::read(&file).expect("it is open");
        db.execute_batch("INSERT INTO t VALUES (1)").unwrap();
        let after = WalIndex::read(&file).unwrap();
        assert!(after.frames > before.frames, "{before:?} {after:?}");
    }
}
