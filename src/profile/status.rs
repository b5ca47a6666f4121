//! Whether a profile accepts events.

use super::choice::Choice;

/// The status of a profile; the numbers are the platform's (public page).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Status {
    /// Accepts events.
    #[default]
    Active,
    /// Disabled by Ringback after too many consecutive failures.
    AutoDisabled,
    /// Disabled by a person.
    Disabled,
}

impl Choice for Status {
    const ALL: &'static [Self] = &[Self::Active, Self::AutoDisabled, Self::Disabled];

    fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::AutoDisabled => "auto-disabled",
            Self::Disabled => "disabled",
        }
    }
}

impl Status {
    /// A profile is disabled after this many consecutive events have failed permanently (our decision; the setting
    /// `auto_disable_after`).
    pub const AUTO_DISABLE_AFTER: u32 = 20;

    /// The platform's number: 1, 2 or 3.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Active => 1,
            Self::AutoDisabled => 2,
            Self::Disabled => 3,
        }
    }

    /// The status of a platform number.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| u64::from(s.number()) == number)
    }
}
