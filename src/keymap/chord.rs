//! The keys of an action: one key, or two consecutive letters such as `gg`.

use std::fmt;

use super::key::Key;

/// One key, or two consecutive characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    first: Key,
    then: Option<Key>,
}

impl Chord {
    /// Parses a key, or two consecutive characters. `up` and `f5` are keys, not sequences of letters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(first) = Key::parse(text) {
            return Some(Self { first, then: None });
        }
        let mut chars = text.chars().filter_map(|c| Key::parse(c.encode_utf8(&mut [0; 4])));
        let (first, then) = (chars.next()?, chars.next()?);
        (text.chars().count() == 2).then_some(Self { first, then: Some(then) })
    }

    /// The key that is pressed first.
    #[must_use]
    pub fn first(self) -> Key {
        self.first
    }

    /// Whether it is this single key.
    #[must_use]
    pub fn is(self, key: Key) -> bool {
        self.first == key && self.then.is_none()
    }

    /// Whether it is these two consecutive keys.
    #[must_use]
    pub fn are(self, first: Key, then: Key) -> bool {
        self.first == first && self.then == Some(then)
    }

    /// Whether the key is the first of two.
    #[must_use]
    pub fn begins_with(self, key: Key) -> bool {
        self.first == key && self.then.is_some()
    }

    /// Whether one of them is complete before the two can be distinguished.
    #[must_use]
    pub fn clashes_with(self, other: Self) -> bool {
        self.first == other.first && (self.then == other.then || self.then.is_none() || other.then.is_none())
    }
}

impl From<Key> for Chord {
    fn from(key: Key) -> Self {
        Self { first: key, then: None }
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)?;
        self.then.map_or(Ok(()), |then| then.fmt(f))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strokes(text: &str) -> Chord {
        Chord::parse(text).unwrap()
    }

    #[test]
    fn one_key_or_two_letters() {
        for (text, shown) in [("gg", "gg"), ("up", "↑"), ("f5", "F5"), ("ctrl+s", "Ctrl+S"), ("g", "g")] {
            assert_eq!(strokes(text).to_string(), shown);
        }
        for bad in ["", "ggg", "hyper+x"] {
            assert_eq!(Chord::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn sequences_with_a_common_start_clash() {
        assert!(strokes("g").clashes_with(strokes("gg")) && strokes("gg").clashes_with(strokes("g")));
        assert!(strokes("gg").clashes_with(strokes("gg")) && !strokes("gg").clashes_with(strokes("gt")));
        assert!(!strokes("G").clashes_with(strokes("gg")));
    }
}
