//! Why a delivery came to be.

use crate::profile::Choice;

/// Why a delivery came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Test was pressed, or `ringback test` run.
    Test,
    /// An event was sent.
    Event,
    /// An earlier delivery was resent.
    Again,
}

impl Choice for Kind {
    const ALL: &'static [Self] = &[Self::Test, Self::Event, Self::Again];

    fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Event => "event",
            Self::Again => "again",
        }
    }
}
