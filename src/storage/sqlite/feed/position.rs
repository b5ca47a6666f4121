//! Positions in the feed of a file.

use crate::storage::feed::position::FeedPosition;

/// A place in the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeedPlace {
    /// The last row that was read to its end; 0 before the first one.
    pub row: i64,
    /// When that was written. With it a position of another file, or of an earlier state of this one, is recognized.
    pub at: i64,
    /// How many entries of the next row were read.
    pub entries: usize,
}

impl FeedPlace {
    /// Reads one. None for a position of another store.
    pub fn parse(position: &FeedPosition) -> Option<Self> {
        let mut parts = position.as_str().strip_prefix("s-")?.split('-');
        let mut next = || parts.next()?.parse::<i64>().ok().filter(|n| *n >= 0);
        let (row, at) = (next()?, next()?);
        let entries = usize::try_from(next()?).ok()?;
        parts.next().is_none().then_some(Self { row, at, entries })
    }

    /// As a text.
    pub fn position(self) -> FeedPosition {
        let Self { row, at, entries } = self;
        FeedPosition::of(format!("s-{row}-{at}-{entries}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let place = FeedPlace { row: 7, at: 1_700_000_000_000, entries: 3 };
        let position = place.position();
        assert_eq!(position.as_str(), "s-7-1700000000000-3");
        assert_eq!(FeedPlace::parse(&position), Some(place));
        for text in ["0", "s-7-1", "s-7-1-3-4", "p-7-1-3", "s-x-1-3", "s-7-1--3"] {
            assert_eq!(FeedPlace::parse(&FeedPosition::parse(text).unwrap()), None, "{text}");
        }
    }
}
