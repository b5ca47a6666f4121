//! The sentence at the bottom left.

/// A sentence at the bottom left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The sentence.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// How a sentence is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named for what they are")]
pub enum Tone {
    Good,
    Plain,
    Bad,
}

/// Said until the test is in the log.
pub const TESTING: &str = "Testing …";

/// The words of the seed.
pub const TESTED: &str = "Callback profile tested";
