//! Which deliveries one `send --from` has accepted, however many they are.
//!
//! A run may accept a million. To say what became of them nobody needs to remember their ids: each row has
//! the run's id, and its position.

use super::{LogPosition, random};

/// A run: a random number, so that no two have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RunId(i64);

impl RunId {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        let mut bytes = [0; 8];
        // Six bytes are stored as six bytes, and are enough.
        random(&mut bytes[2..]);
        Self(i64::from_be_bytes(bytes))
    }

    /// The number that stores keep.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}

/// The deliveries of a run between two positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunRange {
    /// The run.
    pub run: RunId,
    /// The first one.
    pub from: LogPosition,
    /// The first one after them.
    pub to: LogPosition,
}

impl RunRange {
    /// All deliveries of a run.
    #[must_use]
    pub const fn whole(run: RunId) -> Self {
        Self { run, from: LogPosition::FIRST, to: LogPosition::END }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_the_same_and_each_has_six_bytes_at_most() {
        let (one, other) = (RunId::generate(), RunId::generate());
        assert_ne!(one, other);
        assert!((0..1 << 48).contains(&one.number()));
    }
}
