//! A place in the feed.

use std::fmt;

/// The longest text of a position in bytes: transactions that were open at the time are named in it.
const LONGEST: usize = 16 << 10;

/// A place in the feed, as a text that only its store understands: ASCII letters, digits, `-` and `.`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FeedPosition(String);

impl FeedPosition {
    /// Before everything that is kept.
    #[must_use]
    pub fn start() -> Self {
        Self("0".to_owned())
    }

    /// Reads one that was given out before. Whether its store knows it is seen when it is used.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_fine = |c: u8| c.is_ascii_alphanumeric() || b"-.".contains(&c);
        let is_one = (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_fine);
        is_one.then(|| Self(text.to_owned()))
    }

    /// Whether it is before everything that is kept.
    #[must_use]
    pub fn is_start(&self) -> bool {
        self.0 == "0"
    }

    /// For stores: the position with this text.
    pub(in crate::storage) fn of(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FeedPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_fits_into_a_header() {
        for text in ["0", "s-12-1700000000000-3", "p-0a1b2c3d-1-7-1.2.3-0"] {
            assert_eq!(FeedPosition::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "a b", "a\nb", "ä", &"1".repeat(LONGEST + 1)] {
            assert_eq!(FeedPosition::parse(text), None, "{text}");
        }
        assert!(FeedPosition::start().is_start());
    }
}
