//! From rows of the feed to entries, each with the position after it.

use crate::storage::encoding;
use crate::storage::feed::entry::ProfileChange;
use crate::storage::feed::page::{Note, Noted};
use crate::storage::postgres::feed::position::{Partly, Seen};
use crate::storage::postgres::feed::snapshot::Snapshot;

/// A row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedRow {
    /// Why it was read.
    pub part: i32,
    /// The transaction that wrote it.
    pub xid: i64,
    /// Its place within that.
    pub id: i64,
    /// When it was written, in milliseconds.
    pub at: i64,
    /// Deliveries that were accepted.
    pub accepted: Vec<i64>,
    /// The deliveries of attempts.
    pub attempted: Vec<i64>,
    /// Number and state for each of those.
    pub marks: Vec<i32>,
    /// A change of a profile.
    pub profile: Option<String>,
}

/// Rows of a transaction that was read in part; of those that were open; of those that began later.
pub const PARTS: [i32; 3] = [0, 1, 2];

impl FeedRow {
    /// Its entries, in order. What cannot be read hides nothing else.
    fn notes(&self) -> Vec<Note> {
        let accepted = self.accepted.iter().copied().map(Note::Accepted);
        let attempt = |(row, mark): (&i64, &i32)| {
            let state = encoding::state((mark & 7).into()).ok()?;
            Some(Note::Attempt(*row, u32::try_from(mark >> 3).ok()?, state))
        };
        let attempts = self.attempted.iter().zip(&self.marks).filter_map(attempt);
        let change = self.profile.as_deref().and_then(|text| ProfileChange::read(text, self.at).ok());
        accepted.chain(attempts).chain(change.map(Note::Change)).collect()
    }
}

/// The next `most` entries, and whether they are the last ones. Of each part, `most` rows were read at most, in a state
/// of the database with the snapshot `now`. `seen` becomes the position after the entries.
pub fn walk(seen: &mut Seen, rows: &[FeedRow], now: &Snapshot, most: usize) -> (Vec<Noted>, bool) {
    let mut walk = Walk { seen, now, most, all: Vec::new() };
    for part in PARTS {
        let rows: Vec<&FeedRow> = rows.iter().filter(|row| row.part == part).collect();
        // Then there may be more of the last transaction, and of others.
        let is_cut = rows.len() >= most;
        let transactions: Vec<&[&FeedRow]> = rows.chunk_by(|a, b| a.xid == b.xid).collect();
        for (n, transaction) in (1..).zip(&transactions) {
            let is_whole = !is_cut || n < transactions.len();
            if !walk.transaction(transaction, is_whole) {
                return (walk.all, false);
            }
        }
        if is_cut {
            return (walk.all, false);
        }
        if let Some(partly) = walk.seen.partly {
            // Nothing of it was left.
            walk.seen.pass(partly.xid, &now.open);
        }
    }
    let all = walk.all;
    seen.snapshot = now.clone();
    (all, true)
}

struct Walk<'a> {
    seen: &'a mut Seen,
    now: &'a Snapshot,
    most: usize,
    all: Vec<Noted>,
}

impl Walk<'_> {
    /// Takes the rows of a transaction, all that are left of it if it `is_whole`. False if there was no room for them.
    fn transaction(&mut self, rows: &[&FeedRow], is_whole: bool) -> bool {
        for (n, row) in (1..).zip(rows) {
            let is_last = is_whole && n == rows.len();
            let before = self.seen.partly.filter(|partly| partly.xid == row.xid);
            let before = before.unwrap_or(Partly { xid: row.xid, row: 0, entries: 0 });
            let mut notes = row.notes().into_iter().skip(before.entries).peekable();
            let mut entries = before.entries;
            while notes.peek().is_some() {
                if self.all.len() >= self.most {
                    return false;
                }
                let Some(note) = notes.next() else { break };
                entries = entries.saturating_add(1);
                if notes.peek().is_some() {
                    self.seen.enter(Partly { entries, ..before }, &self.now.open);
                } else {
                    self.end_row(row, is_last);
                }
                self.all.push((self.seen.position(), note));
            }
            self.end_row(row, is_last);
        }
        true
    }

    fn end_row(&mut self, row: &FeedRow, is_last: bool) {
        if is_last {
            self.seen.pass(row.xid, &self.now.open);
        } else {
            self.seen.enter(Partly { xid: row.xid, row: row.id, entries: 0 }, &self.now.open);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// A server: rows by transaction, each of which is committed at some time.
    #[derive(Default)]
    struct Server {
        rows: Vec<FeedRow>,
        open: BTreeSet<i64>,
        next: i64,
    }

    impl Server {
        fn begin(&mut self) -> i64 {
            self.next += 1;
            self.open.insert(self.next);
            self.next
        }

        fn write(&mut self, xid: i64, deliveries: &[i64]) {
            let id = i64::try_from(self.rows.len()).unwrap() + 1;
            self.rows.push(FeedRow { xid, id, accepted: deliveries.to_vec(), ..FeedRow::default() });
        }

        fn now(&self) -> Snapshot {
            Snapshot { next: self.next + 1, open: self.open.clone() }
        }

        /// As the statement does.
        fn read(&self, seen: &Seen, most: usize) -> Vec<FeedRow> {
            let mut all = Vec::new();
            for part in PARTS {
                let is_part = |row: &&FeedRow| match part {
                    0 => seen.partly.is_some_and(|partly| row.xid == partly.xid && row.id > partly.row),
                    1 => seen.snapshot.open.contains(&row.xid),
                    _ => row.xid >= seen.snapshot.next,
                };
                let visible = self.rows.iter().filter(|row| !self.open.contains(&row.xid));
                let mut rows: Vec<FeedRow> = visible.filter(is_part).cloned().collect();
                rows.sort_by_key(|row| (row.xid, row.id));
                rows.truncate(most);
                all.extend(rows.into_iter().map(|row| FeedRow { part, ..row }));
            }
            all
        }

        /// Reads on to the end, by a text each time; after each entry if it is to be resumed there.
        fn drain(&self, position: &mut Seen, most: usize, got: &mut Vec<i64>) {
            loop {
                let mut seen = Seen::parse(&position.position()).unwrap();
                let (noted, is_end) = walk(&mut seen, &self.read(position, most), &self.now(), most);
                *position = seen;
                for (at, note) in noted {
                    let Note::Accepted(row) = note else { panic!("{note:?}") };
                    got.push(row);
                    if most == 1 {
                        // Continues behind this entry, as a client does that got no more.
                        *position = Seen::parse(&at).unwrap();
                    }
                }
                if is_end {
                    return;
                }
            }
        }
    }

    fn start() -> Seen {
        Seen { home: "a".to_owned(), timeline: "1".to_owned(), ..Seen::default() }
    }

    #[test]
    fn each_entry_is_read_once_in_whichever_order_transactions_are_committed() {
        for most in [1, 2, 3, 100] {
            let (mut server, mut position, mut got) = (Server::default(), start(), Vec::new());
            let held = server.begin();
            server.write(held, &[1, 2, 3]);
            server.write(held, &[4]);
            let (first, second) = (server.begin(), server.begin());
            server.write(second, &[5, 6]);
            server.write(first, &[7]);
            server.open.remove(&second);
            server.drain(&mut position, most, &mut got);
            assert_eq!(got, [5, 6], "{most}");
            server.open.remove(&first);
            let third = server.begin();
            server.write(third, &[8]);
            server.open.remove(&third);
            server.drain(&mut position, most, &mut got);
            server.open.remove(&held);
            server.drain(&mut position, most, &mut got);
            assert_eq!(got, [5, 6, 7, 8, 1, 2, 3, 4], "{most}");
            server.drain(&mut position, most, &mut got);
            assert_eq!(got.len(), 8, "{most}");
            assert_eq!(position.snapshot, server.now());
        }
    }

    #[test]
    fn any_order_of_begins_writes_commits_and_reads_gives_each_entry_once() {
        let mut random = 7_u64;
        let mut roll = |n: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % n
        };
        for round in 0..300 {
            let (mut server, mut position, mut got) = (Server::default(), start(), Vec::new());
            let mut written = 0;
            for _ in 0..60 {
                let open: Vec<i64> = server.open.iter().copied().collect();
                let some = |n: u64| open.get(usize::try_from(n).unwrap() % open.len().max(1)).copied();
                match (roll(5), some(roll(97))) {
                    (0, _) => drop(server.begin()),
                    (1 | 2, Some(xid)) => {
                        let deliveries: Vec<i64> =
                            (written..).take(usize::try_from(roll(4)).unwrap()).collect();
                        written += i64::try_from(deliveries.len()).unwrap();
                        server.write(xid, &deliveries);
                    }
                    (3, Some(xid)) => drop(server.open.remove(&xid)),
                    _ => server.drain(&mut position, usize::try_from(1 + roll(4)).unwrap(), &mut got),
                }
            }
            server.open.clear();
            server.drain(&mut position, 3, &mut got);
            got.sort_unstable();
            assert_eq!(got, (0..written).collect::<Vec<_>>(), "round {round}");
        }
    }
}
