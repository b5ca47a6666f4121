//! The output of a run: lines of JSON as events happen, or a summary at the end.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::line_result::LineResult;
use super::run_counts::RunCounts;
use crate::cli::error::CommandError;
use crate::cli::output::print_if_read;
use crate::profile::Choice;
use crate::record::{DeliveryId, DeliveryState, Summary};
use crate::text::escape_controls;

/// How many failure reasons are counted separately; all others are counted together.
const REASONS: usize = 8;

/// The output. A closed pipe does not end the run: its exit code still shows the result. An output error ends it:
/// nobody would know which deliveries were accepted.
#[derive(Debug)]
pub enum Report {
    /// A summary for people, with the number of failures by reason.
    Text { reasons: BTreeMap<String, u64>, others: u64 },
    /// A line of JSON for each event.
    Json,
}

impl Report {
    pub fn new(json: bool) -> Self {
        if json { Self::Json } else { Self::Text { reasons: BTreeMap::new(), others: 0 } }
    }

    /// Reports lines; accepted ones only once they are on disk.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn lines(&self, items: &[(u64, LineResult)]) -> Result<(), CommandError> {
        if let Self::Json = self {
            let lines = items.iter().map(|(line, came)| match came {
                LineResult::Accepted(id) => accepted(Some(*line), *id),
                LineResult::Repeated(id) => repeated(Some(*line), *id),
                LineResult::Refused(why) => json!({"line": line, "state": "refused", "error": why}),
            });
            return print_all(lines);
        }
        Ok(())
    }

    /// Reports deliveries that have ended without being delivered.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn ended(&mut self, summaries: &[Summary]) -> Result<(), CommandError> {
        match self {
            Self::Json => return print_all(summaries.iter().map(undelivered)),
            Self::Text { reasons, others } => {
                for error in summaries.iter().filter_map(|summary| summary.last_error.as_ref()) {
                    let full = reasons.len() >= REASONS;
                    match reasons.get_mut(&error.message) {
                        Some(n) => *n += 1,
                        None if full => *others += 1,
                        None => drop(reasons.insert(error.message.clone(), 1)),
                    }
                }
            }
        }
        Ok(())
    }

    /// Reports the totals.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn end(&self, tally: &RunCounts, blocked: u64) -> Result<(), CommandError> {
        match self {
            Self::Json => print_all(std::iter::once(numbers(tally, blocked))),
            Self::Text { reasons, others } => {
                // If the output is closed, the next lines detect it.
                print_if_read(&(sentence(tally) + &listed(reasons, *others)))
            }
        }
    }
}

/// Such as `5 accepted: 3 delivered, 2 failed`, with a line feed.
fn sentence(tally: &RunCounts) -> String {
    let mut parts = Vec::new();
    if tally.accepted > 0 && !tally.ends().is_empty() {
        parts.push(tally.ends());
    }
    match tally.pending() {
        0 => {}
        n => parts.push(format!("{n} queued")),
    }
    let ends = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    let repeated = match tally.repeated {
        0 => String::new(),
        n => format!(" · {n} repeated: already accepted within 24 hours"),
    };
    let refused = match tally.refused {
        0 => String::new(),
        1 => " · 1 bad line".to_owned(),
        n => format!(" · {n} bad lines"),
    };
    format!("{} accepted{ends}{repeated}{refused}\n", tally.accepted)
}

/// The reasons, most frequent first.
fn listed(reasons: &BTreeMap<String, u64>, others: u64) -> String {
    let mut sorted: Vec<(&String, &u64)> = reasons.iter().collect();
    sorted.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
    let mut lines: Vec<String> =
        sorted.iter().map(|(message, n)| format!("  {n} × {}\n", escape_controls(message))).collect();
    if others > 0 {
        lines.push(format!("  {others} × other errors\n"));
    }
    lines.concat()
}

/// The line that reports that a delivery is on disk.
pub fn accepted(line: Option<u64>, id: DeliveryId) -> Value {
    of_line(line, "accepted", id)
}

/// The line that reports that an event was accepted before, as this delivery.
pub fn repeated(line: Option<u64>, id: DeliveryId) -> Value {
    of_line(line, "repeated", id)
}

fn of_line(line: Option<u64>, state: &str, id: DeliveryId) -> Value {
    match line {
        Some(line) => json!({"line": line, "state": state, "delivery_id": id.to_string()}),
        None => json!({"state": state, "delivery_id": id.to_string()}),
    }
}

fn undelivered(summary: &Summary) -> Value {
    let error = summary.last_error.as_ref();
    json!({
        "state": summary.state.name(),
        "delivery_id": summary.id.to_string(),
        "profile_id": summary.profile_id.as_str(),
        "event": summary.event.map(Choice::name),
        "attempts": summary.attempts,
        "status": summary.last_status,
        "error": error.map(|e| json!({"class": e.class.name(), "message": e.message})),
    })
}

fn numbers(tally: &RunCounts, blocked: u64) -> Value {
    json!({
        "state": "ended",
        "accepted": tally.accepted,
        "repeated": tally.repeated,
        "refused": tally.refused,
        "delivered": tally.of(DeliveryState::Delivered),
        "failed": tally.of(DeliveryState::Failed),
        "cancelled": tally.of(DeliveryState::Cancelled),
        "pending": tally.pending(),
        "blocked": blocked,
        "held": blocked,
        "removed": tally.removed(),
    })
}

/// In a single write, so that no line is incomplete if the program is killed.
fn print_all(documents: impl Iterator<Item = Value>) -> Result<(), CommandError> {
    let lines: Vec<String> = documents.map(|document| format!("{document}\n")).collect();
    if lines.is_empty() { Ok(()) } else { print_if_read(&lines.concat()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_sorted_by_frequency() {
        let reasons = BTreeMap::from([("a\u{1b}".to_owned(), 1), ("b".to_owned(), 3)]);
        assert_eq!(listed(&reasons, 2), "  3 × b\n  1 × a\\u{1b}\n  2 × other errors\n");
        assert_eq!(listed(&BTreeMap::new(), 0), "");
    }

    #[test]
    fn an_empty_run_says_so() {
        let mut tally = RunCounts::default();
        assert_eq!(sentence(&tally), "0 accepted\n");
        tally.refused(1);
        assert_eq!(sentence(&tally), "0 accepted · 1 bad line\n");
        tally.repeated(2);
        let sentence = sentence(&tally);
        assert_eq!(sentence, "0 accepted · 2 repeated: already accepted within 24 hours · 1 bad line\n");
    }
}
