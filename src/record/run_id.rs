//! Identifies the deliveries that one `send --from` has accepted, however many there are.
//!
//! A run may accept a million. Nobody needs to remember their ids to report their outcomes: each row has the run's
//! id, and its position.

use super::LogPosition;
use super::random::random_number;

/// A run: a random number, unique in practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RunId(i64);

impl RunId {
    /// A new run.
    #[must_use]
    pub fn generate() -> Self {
        Self(random_number())
    }

    /// The number, as stored.
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
    /// The first position.
    pub from: LogPosition,
    /// The position after the last one.
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
    fn run_ids_are_unique_and_have_at_most_six_bytes() {
        let (one, other) = (RunId::generate(), RunId::generate());
        assert_ne!(one, other);
        assert!((0..1 << 48).contains(&one.number()));
    }
}
