//! The notice at the bottom left.

/// A notice at the bottom left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The text.
    pub text: String,
    /// The meaning, for its colour.
    pub tone: Tone,
}

/// The meaning of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named for what they are")]
pub enum Tone {
    Good,
    Plain,
    Bad,
}

/// Shown until the test is in the log.
pub const TESTING: &str = "Testing …";

/// The wording of the platform's page.
pub const TESTED: &str = "Callback profile tested";
