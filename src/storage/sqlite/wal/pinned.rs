//! A write-ahead log that cannot shrink: while another process has an open read transaction, later writes stay in the
//! log (`SQLite` calls it checkpoint starvation).

use std::ffi::OsString;
use std::fmt;
use std::fs::metadata;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use crate::clock::now;
use crate::storage::describe::UpkeepTrouble;
use crate::storage::sqlite::file::file_locks::{LockedFile, Process};
use crate::storage::sqlite::wal::frame_time;
use crate::storage::sqlite::wal::index::{self, WalIndex};

/// Why the write-ahead log cannot shrink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPinned {
    /// Its size in bytes.
    pub bytes: u64,
    /// The processes with the oldest read transactions.
    pub readers: Vec<Process>,
    /// Since when, at the latest; none if unknown.
    pub since: Option<Timestamp>,
    /// The last frame that the oldest of them reads.
    mark: u32,
}

impl LogPinned {
    /// Whether two have the same cause, regardless of the length of the log.
    pub(crate) fn have_same_cause(one: Option<&Self>, other: Option<&Self>) -> bool {
        let cause = |pinned: Option<&Self>| pinned.map(|it| (it.readers.clone(), it.mark, it.since));
        cause(one) == cause(other)
    }

    /// The finding, without the fix.
    #[must_use]
    pub fn what(&self) -> String {
        let since = self.since.map(|at| format!(", since {} UTC", clock(at))).unwrap_or_default();
        let readers: Vec<String> = self.readers.iter().map(ToString::to_string).collect();
        let have = if readers.len() == 1 { "has a read transaction" } else { "have read transactions" };
        format!(
            "the write-ahead log cannot shrink ({} MiB{since}): {} {have} open",
            self.bytes / (1024 * 1024),
            readers.join(" and ")
        )
    }

    /// The fix.
    #[must_use]
    pub fn fix(&self) -> &'static str {
        "end the transaction, or the program"
    }
}

impl From<&LogPinned> for UpkeepTrouble {
    fn from(pinned: &LogPinned) -> Self {
        Self {
            what: pinned.what(),
            fix: pinned.fix().to_owned(),
            over: "the write-ahead log can shrink again",
        }
    }
}

impl fmt::Display for LogPinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what(), self.fix())
    }
}

/// The time of day, with the date if it is more than a day ago.
fn clock(at: Timestamp) -> impl fmt::Display {
    let is_recent = now().duration_since(at) < SignedDuration::from_hours(20);
    at.strftime(if is_recent { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" })
}

/// Finds the processes that keep at least this many frames in the log. None if no other process does. `earlier` is
/// the previous result.
pub fn look(db: &Connection, path: &Path, worth: u32, earlier: Option<&LogPinned>) -> Option<LogPinned> {
    let file = LockedFile::open(&index::beside(path))?;
    let index = WalIndex::read(&file)?;
    let is_behind = |mark: u32| index.frames.saturating_sub(mark) >= worth;
    let behind = index.marks().filter(|(_, mark)| is_behind(*mark));
    let used: Vec<(u32, Process)> =
        behind.filter_map(|(byte, mark)| Some((mark, file.sharer(byte)?))).collect();
    let mark = used.iter().map(|(mark, _)| *mark).min()?;
    let mut readers: Vec<Process> = used.into_iter().map(|(_, process)| process).collect();
    readers.sort_unstable();
    readers.dedup();
    let log = log_of(path);
    let known = earlier.filter(|earlier| earlier.mark == mark).and_then(|earlier| earlier.since);
    Some(LogPinned {
        bytes: metadata(&log).map_or(0, |facts| facts.len()),
        readers,
        since: known.or_else(|| frame_time::by_when(db, &log, mark, index.frames)),
        mark,
    })
}

fn log_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push("-wal");
    name.into()
}
