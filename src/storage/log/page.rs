//! A page of the log, and how far the search has come.

use jiff::Timestamp;

use crate::record::{LogPosition, Summary};
use crate::storage::unreadable::UnreadableRow;

/// How many rows of each range one query scans: some 50 ms of reading at most.
pub const SCAN_LIMIT: usize = 20_000;

/// A page of results, and how far was searched.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Newest first.
    pub rows: Vec<Summary>,
    /// The newest row scanned, whether it matches or not.
    pub newest: Option<LogPosition>,
    /// The last row scanned; use it as [`Filter::before`](super::Filter::before) to find older ones. None if there
    /// are no more.
    pub next: Option<LogPosition>,
    /// When that one was accepted, if that can be read.
    pub reached: Option<Timestamp>,
    /// Unreadable rows that were skipped. They may match or not.
    pub unreadable: Vec<UnreadableRow>,
}

/// The results of an earlier search, and how far it came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EarlierSearch {
    /// The deliveries found.
    pub known: Vec<LogPosition>,
    /// As in [`Page`].
    pub newest: Option<LogPosition>,
    /// As in [`Page`].
    pub next: Option<LogPosition>,
    /// As in [`Page`].
    pub reached: Option<Timestamp>,
}

impl Page {
    /// Keeps the newest of them; the others are found as the next ones.
    pub fn cut(&mut self, limit: usize) {
        if self.rows.len() > limit {
            self.rows.truncate(limit);
            let last = self.rows.last();
            (self.next, self.reached) = (last.map(|row| row.position), last.map(|row| row.accepted_at));
            let next = self.next;
            self.unreadable.retain(|row| row.position.is_none_or(|at| Some(at) >= next));
        }
    }
}
