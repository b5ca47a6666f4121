//! The result of one check.

use std::fmt::Write as _;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use crate::text::escape_controls;

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// No problem.
    Ok,
    /// Worth knowing, but not a failure.
    Note,
    /// Something does not work until it is fixed.
    Problem,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Problem => "problem",
        }
    }
}

/// What was checked, with the result.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What was checked, in a word.
    pub topic: &'static str,
    /// The result.
    pub state: State,
    /// What was found.
    pub found: String,
    /// The fix, if there is one.
    pub fix: Option<String>,
    /// An additional field for scripts, with its name.
    more: Option<(&'static str, Value)>,
}

impl Finding {
    /// No problem.
    pub fn ok(topic: &'static str, found: impl Into<String>) -> Self {
        Self { topic, state: State::Ok, found: found.into(), fix: None, more: None }
    }

    /// Worth knowing, and what to do about it.
    pub fn note(topic: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: State::Note, fix: Some(fix.into()), ..Self::ok(topic, found) }
    }

    /// A problem, and its fix.
    pub fn problem(topic: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: State::Problem, fix: Some(fix.into()), ..Self::ok(topic, found) }
    }

    /// Adds a field for scripts.
    pub fn with(self, name: &'static str, value: Value) -> Self {
        Self { more: Some((name, value)), ..self }
    }

    /// As JSON, for scripts.
    pub fn json(&self) -> Value {
        let mut json = json!({
            "topic": self.topic, "state": self.state.name(), "found": self.found,
            "fix": self.fix, "mend": self.fix,
        });
        if let Some((name, value)) = &self.more {
            json[*name] = value.clone();
        }
        json
    }
}

/// For people: a line per check, with the fix below; finally the number of problems.
pub fn text(found: &[Finding]) -> String {
    let width = found.iter().map(|f| f.topic.width()).max().unwrap_or(0);
    let mut out = String::new();
    for finding in found {
        let Finding { topic, state, .. } = finding;
        // Writing into a string cannot fail.
        let _ = writeln!(out, "{:8} {topic:width$}  {}", state.name(), escape_controls(&finding.found));
        if let Some(fix) = &finding.fix {
            let _ = writeln!(out, "{:8} {:width$}  -> {}", "", "", escape_controls(fix));
        }
    }
    let ill = found.iter().filter(|f| f.state == State::Problem).count();
    let _ = match ill {
        0 => writeln!(out, "\nNo problems found."),
        1 => writeln!(out, "\n1 problem found."),
        n => writeln!(out, "\n{n} problems found."),
    };
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_has_a_line_and_its_fix() {
        let found = [
            Finding::ok("settings", "none set"),
            Finding::problem("database", "a\u{1b}b is damaged", "restore a copy"),
        ];
        assert_eq!(
            text(&found),
            "ok       settings  none set\n\
             problem  database  a\\u{1b}b is damaged\n\
             \x20                  -> restore a copy\n\n\
             1 problem found.\n"
        );
    }
}
