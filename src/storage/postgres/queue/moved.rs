//! What a record has changed.

use std::collections::HashSet;

use crate::record::Outcome;

/// What was changed.
#[derive(Default)]
pub struct Moved {
    /// Deliveries that have ended by this.
    pub ended: HashSet<i64>,
    /// Those that wait for a retry.
    pub waiting: HashSet<i64>,
    /// Those whose attempts are in the log.
    pub logged: HashSet<i64>,
}

impl Moved {
    /// Whether a delivery was moved on.
    pub fn has(&self, seq: i64) -> bool {
        self.ended.contains(&seq) || self.waiting.contains(&seq)
    }

    /// Whether each was moved on, and its attempt is in the log.
    pub fn is_whole(&self, outcomes: &[Outcome]) -> bool {
        self.logged.len() == outcomes.len()
    }
}

/// Why it failed; without a class it did not, and its response is incomplete.
pub fn message(outcome: &Outcome) -> Option<&str> {
    let attempt = &outcome.attempt;
    attempt
        .error
        .as_ref()
        .map(|error| &error.message)
        .or(attempt.response_incomplete.as_ref())
        .map(String::as_str)
}
