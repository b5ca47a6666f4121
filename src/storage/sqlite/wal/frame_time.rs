//! Estimates when a frame of the write-ahead log was written: the sender stores in `revision.moved_at` when it last
//! recorded an attempt, and each commit writes that row's page into the log. The log itself has no times.
//!
//! The log is a header of 32 bytes and frames of a header of 24 bytes and a page; a frame begins with the
//! number of its page (<https://www.sqlite.org/fileformat2.html>, section 4; a page of a table's rows, 1.6;
//! a row, 2.1). Its file carries no locks, so it can be opened.

use std::fs::File;
use std::ops::RangeInclusive;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::Connection;

use crate::files::RegularFile;

/// Bytes before the first frame, and before the page of each.
const HEADER: u64 = 32;
const FRAME_HEADER: u64 = 24;

/// The range of page sizes.
const PAGES: RangeInclusive<u32> = 512..=65_536;

/// The type of a page with rows of a table.
const LEAF: u8 = 13;

/// The index of `moved_at` among the columns of `revision`.
const MOVED_AT: usize = 7;

/// How many frames are examined on each side.
const MAX_FRAMES: u32 = 100_000;

/// A time at which this frame was the last one, the earliest known; none if the sender has recorded nothing since.
pub fn by_when(db: &Connection, log: &Path, frame: u32, frames: u32) -> Option<Timestamp> {
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'revision'";
    let root = db.query_row(sql, [], |row| row.get(0)).ok()?;
    let log = Log::open(log, root)?;
    let before = (frame.saturating_sub(MAX_FRAMES)..=frame).rev().find_map(|n| log.moved_at(n));
    let mut after =
        (frame + 1..=frames.min(frame.saturating_add(MAX_FRAMES))).filter_map(|n| log.moved_at(n));
    // Only a change proves that it is of this time.
    let before = before.or_else(|| after.next())?;
    after.find(|time| *time > before).and_then(|ms| Timestamp::from_millisecond(ms).ok())
}

struct Log {
    file: File,
    page_bytes: u32,
    /// The page to look for.
    root: u32,
}

impl Log {
    fn open(path: &Path, root: u32) -> Option<Self> {
        let file = RegularFile::open(path).ok()?.into_file();
        let mut size = [0; 4];
        file.read_exact_at(&mut size, 8).ok()?;
        let page_bytes = u32::from_be_bytes(size);
        PAGES.contains(&page_bytes).then_some(Self { file, page_bytes, root })
    }

    /// The time in a frame, by its number from 1, if it is the page to look for.
    fn moved_at(&self, frame: u32) -> Option<i64> {
        let bytes = FRAME_HEADER + u64::from(self.page_bytes);
        let at = HEADER + u64::from(frame.checked_sub(1)?) * bytes;
        let mut number = [0; 4];
        self.file.read_exact_at(&mut number, at).ok()?;
        if u32::from_be_bytes(number) != self.root {
            return None;
        }
        let mut page = vec![0; usize::try_from(self.page_bytes).ok()?];
        self.file.read_exact_at(&mut page, at + FRAME_HEADER).ok()?;
        number_of_only_row(&page, MOVED_AT)
    }
}

/// The number in a column of the only row of a page.
fn number_of_only_row(page: &[u8], column: usize) -> Option<i64> {
    let rows = u16::from_be_bytes(page.get(3..5)?.try_into().ok()?);
    if *page.first()? != LEAF || rows != 1 {
        return None;
    }
    let row = usize::from(u16::from_be_bytes(page.get(8..10)?.try_into().ok()?));
    let mut rest = page.get(row..)?;
    let (_bytes, _key) = (varint(&mut rest)?, varint(&mut rest)?);
    let record = rest;
    let head = usize::try_from(varint(&mut rest)?).ok()?;
    let mut types = record.get(record.len() - rest.len()..head)?;
    let mut values = record.get(head..)?;
    for _ in 0..column {
        values = values.get(width(varint(&mut types)?)?..)?;
    }
    number(varint(&mut types)?, values)
}

/// A number of up to nine bytes, seven bits in each but the ninth; later bytes are left.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for n in 1..=9 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if n == 9 {
            return Some((value << 8) | u64::from(*byte));
        }
        value = (value << 7) | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(value)
}

/// The number of bytes of a value of this type.
fn width(kind: u64) -> Option<usize> {
    match kind {
        0 | 8 | 9 => Some(0),
        1..=4 => usize::try_from(kind).ok(),
        5 => Some(6),
        6 | 7 => Some(8),
        12.. => usize::try_from((kind - 12) / 2).ok(),
        _ => None,
    }
}

/// An integer of this type.
fn number(kind: u64, bytes: &[u8]) -> Option<i64> {
    match kind {
        8 => Some(0),
        9 => Some(1),
        1..=6 => {
            let bytes = bytes.get(..width(kind)?)?;
            let start = if bytes[0] & 0x80 == 0 { 0 } else { -1 };
            Some(bytes.iter().fold(start, |value, byte| (value << 8) | i64::from(*byte)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::sqlite::file::schema;

    #[test]
    fn the_time_by_which_a_frame_was_the_last_is_that_of_the_next_record() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut db = Connection::open(&path).unwrap();
        db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
        db.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
        schema::migrate(&mut db).unwrap();
        let frames = || {
            let log = std::fs::metadata(path.with_extension("db-wal")).unwrap().len();
            u32::try_from((log - HEADER) / (FRAME_HEADER + 4096)).unwrap()
        };
        let mut ends = Vec::new();
        for ms in [1_000_i64, 1_000, 70_000, 1_700_000_000_000, 1_700_000_000_001] {
            let sql = "UPDATE revision SET epoch = epoch + 300, sender = 'a longer name', moved_at = ?1";
            db.execute(sql, [ms]).unwrap();
            ends.push(frames());
        }
        let log = path.with_extension("db-wal");
        let times: Vec<Option<i64>> = ends
            .iter()
            .map(|frame| by_when(&db, &log, *frame, frames()).map(jiff::Timestamp::as_millisecond))
            .collect();
        let known = [Some(70_000), Some(70_000), Some(1_700_000_000_000), Some(1_700_000_000_001), None];
        assert_eq!(times, known);
        assert_eq!(by_when(&db, &folder.path().join("none"), 1, 9), None);
    }

    #[test]
    fn any_page_is_read_without_harm() {
        for seed in 0..2000_u32 {
            let byte = |n: u32| seed.wrapping_mul(2_654_435_761).wrapping_add(n * n).to_be_bytes()[1];
            let mut page: Vec<u8> = (0..512).map(byte).collect();
            (page[0], page[3], page[4]) = (LEAF, 0, 1);
            let _ = number_of_only_row(&page, MOVED_AT);
            let _ = number_of_only_row(&page[..(seed % 20) as usize], MOVED_AT);
        }
    }

    #[test]
    fn the_column_is_where_it_is_looked_for() {
        let mut db = Connection::open_in_memory().unwrap();
        schema::migrate(&mut db).unwrap();
        let statement = db.prepare("SELECT * FROM revision").unwrap();
        assert_eq!(statement.column_names().nth(MOVED_AT), Some("moved_at"));
    }
}
