//! How an auto-disabled profile is enabled again.

use super::choice::Choice;

/// How an auto-disabled profile is enabled again (our decision).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AutoEnable {
    /// By a person.
    #[default]
    Off,
    /// Also by a delivered probe: one of its queued events is sent now and then.
    Probe,
}

impl Choice for AutoEnable {
    const ALL: &'static [Self] = &[Self::Off, Self::Probe];

    fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Probe => "probe",
        }
    }
}
