//! One thing that was looked at.

use std::fmt::Write as _;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use crate::text::escape_controls;

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Ok,
    /// Worth knowing; nothing fails for it.
    Note,
    /// Something will not work until it is mended.
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

/// A checked thing and its result.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The thing, in a word.
    pub topic: &'static str,
    /// The result.
    pub state: State,
    /// The finding.
    pub found: String,
    /// The fix, if there is one.
    pub fix: Option<String>,
    /// Further fields for scripts, by name.
    more: Option<(&'static str, Value)>,
}

impl Finding {
    /// As it should be.
    pub fn ok(topic: &'static str, found: impl Into<String>) -> Self {
        Self { topic, state: State::Ok, found: found.into(), fix: None, more: None }
    }

    /// Worth knowing, and what to do about it.
    pub fn note(topic: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: State::Note, fix: Some(fix.into()), ..Self::ok(topic, found) }
    }

    /// To be mended, and how.
    pub fn problem(topic: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: State::Problem, fix: Some(fix.into()), ..Self::ok(topic, found) }
    }

    /// With more for scripts.
    pub fn with(self, name: &'static str, value: Value) -> Self {
        Self { more: Some((name, value)), ..self }
    }

    /// For scripts.
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

/// For people: a line each, and under it what to do; last, how many there are to fix.
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
    fn a_line_each_and_what_to_do() {
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
