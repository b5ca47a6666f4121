//! Positions in the feed of a server: what a reader has seen.

use std::collections::BTreeSet;

use crate::storage::feed::position::FeedPosition;
use crate::storage::postgres::feed::snapshot::Snapshot;

/// What a reader has seen: all of the transactions before `snapshot.next`, except those that are open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The beginning of the id of the feed, in hexadecimal.
    pub home: String,
    /// The timeline of the server: a standby that took over continues with another one.
    pub timeline: String,
    /// When that was, by the clock of the database, in milliseconds.
    pub at: i64,
    /// The transactions.
    pub snapshot: Snapshot,
    /// The one that was read in part, which is none of those.
    pub partly: Option<Partly>,
}

/// A transaction that was read in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partly {
    /// The transaction.
    pub xid: i64,
    /// The last row of it that was read to its end; 0 for none.
    pub row: i64,
    /// How many entries of the next row were read.
    pub entries: usize,
}

impl Seen {
    /// Reads one. None for a position of another store.
    ///
    /// Open transactions are written as their distance from the next one, to keep the text short.
    pub fn parse(position: &FeedPosition) -> Option<Self> {
        let mut parts = position.as_str().strip_prefix("p-")?.split('-');
        let (home, timeline) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        let mut number = || parts.next()?.parse::<i64>().ok().filter(|n| *n >= 0);
        let (at, next) = (number()?, number()?);
        let distances = parts.next()?.split('.').filter(|part| !part.is_empty());
        let open =
            distances.map(|part| next.checked_sub(part.parse().ok()?)).collect::<Option<BTreeSet<_>>>()?;
        let partly = match parts.next() {
            None => None,
            Some(part) => {
                let mut parts = part.split('.');
                let mut number = || parts.next()?.parse::<i64>().ok().filter(|n| *n >= 0);
                let (xid, row) = (number()?, number()?);
                Some(Partly { xid, row, entries: usize::try_from(number()?).ok()? })
            }
        };
        parts.next().is_none().then_some(Self {
            home,
            timeline,
            at,
            snapshot: Snapshot { next, open },
            partly,
        })
    }

    /// As a text.
    pub fn position(&self) -> FeedPosition {
        let Self { home, timeline, at, snapshot, partly } = self;
        let open: Vec<String> =
            snapshot.open.iter().map(|xid| snapshot.next.saturating_sub(*xid).to_string()).collect();
        let text = format!("p-{home}-{timeline}-{at}-{}-{}", snapshot.next, open.join("."));
        FeedPosition::of(match partly {
            Some(Partly { xid, row, entries }) => format!("{text}-{xid}.{row}.{entries}"),
            None => text,
        })
    }

    /// A transaction was read to its end, in a state in which these were open.
    pub fn pass(&mut self, xid: i64, open_now: &BTreeSet<i64>) {
        self.partly = None;
        self.open_until(xid, open_now);
        self.snapshot.open.remove(&xid);
    }

    /// A transaction was read up to here, in a state in which these were open.
    pub fn enter(&mut self, partly: Partly, open_now: &BTreeSet<i64>) {
        self.open_until(partly.xid, open_now);
        self.snapshot.open.remove(&partly.xid);
        self.partly = Some(partly);
    }

    /// Moves `next` behind a transaction: of those before it, these were open.
    fn open_until(&mut self, xid: i64, open_now: &BTreeSet<i64>) {
        if xid >= self.snapshot.next {
            self.snapshot.open.extend(open_now.range(self.snapshot.next..xid));
            self.snapshot.next = xid.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(all: &[i64]) -> BTreeSet<i64> {
        all.iter().copied().collect()
    }

    fn seen(next: i64, open: &[i64]) -> Seen {
        let snapshot = Snapshot { next, open: set(open) };
        Seen { home: "0a1b2c3d".to_owned(), timeline: "00000001".to_owned(), at: 5, snapshot, partly: None }
    }

    #[test]
    fn a_position_is_read_as_it_was_written() {
        let partly = Some(Partly { xid: 70, row: 3, entries: 2 });
        for seen in [seen(9, &[]), seen(100, &[70, 98]), Seen { partly, ..seen(100, &[99]) }] {
            assert_eq!(Seen::parse(&seen.position()), Some(seen));
        }
        assert_eq!(seen(100, &[70, 98]).position().as_str(), "p-0a1b2c3d-00000001-5-100-30.2");
        for text in ["0", "s-1-2-3", "p-a-b-1", "p-a-b-1-x-", "p-a-b-1-2-3-4", "p-a-b-1-2--4.5.6-7"] {
            assert_eq!(Seen::parse(&FeedPosition::parse(text).unwrap()), None, "{text}");
        }
    }

    #[test]
    fn what_was_open_is_remembered_until_it_is_read() {
        let mut place = seen(10, &[7]);
        place.pass(12, &set(&[7, 11, 14]));
        assert_eq!(place, seen(13, &[7, 11]), "11 was open, and 14 comes after");
        place.pass(7, &set(&[11, 14]));
        assert_eq!(place, seen(13, &[11]));
        place.enter(Partly { xid: 15, row: 1, entries: 0 }, &set(&[11, 14]));
        assert_eq!(place.snapshot, seen(16, &[11, 14]).snapshot);
        place.pass(15, &set(&[]));
        assert_eq!(place, seen(16, &[11, 14]), "what has ended without a row is still to be looked for");
    }
}
