//! Why a delivery was created.

use crate::profile::Choice;

/// Why a delivery was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A test, from the console or `ringback test`.
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

impl Kind {
    /// The word for people. Documents have the name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Again => "resend",
            Self::Test | Self::Event => self.name(),
        }
    }
}
