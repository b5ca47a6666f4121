//! The errors of an application: all are collected, so that one run shows everything that is to be fixed.

use std::fmt::Write as _;

use crate::cli::error::CommandError;
use crate::management::DocumentFault;
use crate::text::escape_controls;

/// The errors, of which only the first ones are reported in full: nobody reads a list of millions.
#[derive(Debug, Default)]
pub(super) struct Errors {
    count: usize,
    first: Vec<String>,
    /// Place and message of the first one.
    parts: Option<(String, String)>,
}

impl Errors {
    const MAX_SHOWN: usize = 100;

    /// Adds an error at a place of a document, which `file` names if there are several.
    pub(super) fn add(&mut self, file: Option<&str>, place: &str, fault: &DocumentFault) {
        if self.first.len() < Self::MAX_SHOWN {
            let file = file.map(|file| format!("{file}: ")).unwrap_or_default();
            let text = placed(place, &fault.field, &fault.message);
            if self.parts.is_none() {
                let whole = placed(place, &fault.field, "");
                let at = format!("{file}{}", whole.trim_end_matches(": "));
                self.parts = Some((at, fault.message.clone()));
            }
            self.first.push(format!("{}{text}", escape_controls(&file)));
        }
        self.count += 1;
    }

    /// The refusal of everything, if there is an error. `source` names the only input.
    pub(super) fn refusal(&self, source: Option<&str>) -> Result<(), CommandError> {
        let Self { count, first, parts } = self;
        if *count == 0 {
            return Ok(());
        }
        let noun = if *count == 1 { "error" } else { "errors" };
        let source = source.map(|source| format!("{source}: ")).unwrap_or_default();
        let mut text = format!("{source}nothing was saved: {count} {noun}:\n{}", first.join("\n"));
        if *count > first.len() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\nand {} more", count - first.len());
        }
        let of_source = |at: &str| format!("{source}{at}").trim_end_matches(": ").to_owned();
        let (place, what, fix) = match parts {
            Some((at, message)) if *count == 1 => {
                let (what, fix) = message.rsplit_once(": ").unwrap_or((message, message));
                (of_source(at), escape_controls(what), escape_controls(fix))
            }
            _ => {
                let fix = "fix each of the errors in the message, and apply again".to_owned();
                (of_source(""), format!("nothing was saved: {count} {noun}"), fix)
            }
        };
        Err(CommandError::Explained {
            message: text,
            place: Some(place).filter(|place| !place.is_empty()),
            what,
            fix: Some(fix),
        })
    }
}

/// A message with its path in the whole document: `profiles[1].retry.count: …`.
fn placed(place: &str, field: &str, message: &str) -> String {
    let dot = if place.is_empty() || field.is_empty() { "" } else { "." };
    let whole = format!("{place}{dot}{field}");
    let colon = if whole.is_empty() { "" } else { ": " };
    escape_controls(&format!("{whole}{colon}{message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_their_path() {
        assert_eq!(placed("", "title", "enter a title"), "title: enter a title");
        assert_eq!(placed("profiles[1]", "retry.count", "no"), "profiles[1].retry.count: no");
        assert_eq!(placed("profiles[1]", "headers (name 1)", "no"), "profiles[1].headers (name 1): no");
        assert_eq!(placed("profiles[0]", "headers.a: b c", "no"), "profiles[0].headers.a: b c: no");
        assert_eq!(placed("profiles[0]", "", "an object: no"), "profiles[0]: an object: no");
        assert_eq!(placed("", "", "no"), "no");
    }
}
