//! The output of a run: lines of JSON as events happen, or a summary at the end.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::intake::Item;
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
    pub fn lines(&self, items: &[(u64, Result<DeliveryId, String>)]) -> Result<(), CommandError> {
        if let Self::Json = self {
            let lines = items.iter().map(|(line, came)| match came {
                Ok(id) => accepted(Some(*line), *id),
                Err(why) => json!({"line": line, "state": "refused", "error": why}),
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
    pub fn end(&self, tally: &RunCounts, held: u64) -> Result<(), CommandError> {
        match self {
            Self::Json => print_all(std::iter::once(numbers(tally, held))),
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
    let refused = match tally.refused {
        0 => String::new(),
        1 => " · 1 bad line".to_owned(),
        n => format!(" · {n} bad lines"),
    };
    format!("{} accepted{ends}{refused}\n", tally.accepted)
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
    match line {
        Some(line) => json!({"line": line, "state": "accepted", "delivery_id": id.to_string()}),
        None => json!({"state": "accepted", "delivery_id": id.to_string()}),
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

fn numbers(tally: &RunCounts, held: u64) -> Value {
    json!({
        "state": "ended",
        "accepted": tally.accepted,
        "refused": tally.refused,
        "delivered": tally.of(DeliveryState::Delivered),
        "failed": tally.of(DeliveryState::Failed),
        "cancelled": tally.of(DeliveryState::Cancelled),
        "pending": tally.pending(),
        "blocked": held,
        "held": held,
        "removed": tally.removed(),
    })
}

/// In a single write, so that no line is incomplete if the program is killed.
fn print_all(documents: impl Iterator<Item = Value>) -> Result<(), CommandError> {
    let lines: Vec<String> = documents.map(|document| format!("{document}\n")).collect();
    if lines.is_empty() { Ok(()) } else { print_if_read(&lines.concat()) }
}

/// The report of each line of a batch: its delivery's id, or why it was refused.
pub fn lines_of(items: &[Item]) -> Vec<(u64, Result<DeliveryId, String>)> {
    let report = |item: &Item| match item {
        Item::Made { line, delivery } => (*line, Ok(delivery.id)),
        Item::Refused { line, why } => (*line, Err(why.clone())),
    };
    items.iter().map(report).collect()
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
    }
}
