//! Deliveries as CSV: a callback report.

use crate::cli::csv::push_line;
use crate::documents::blocked_by;
use crate::profile::Choice as _;
use crate::record::Summary;
use crate::storage::Blocks;
use crate::text::rfc3339;

/// The columns: a contract, to which later versions may add at the end. They are named as in the JSON; `error` has a
/// column for each of its members.
const COLUMNS: [&str; 18] = [
    "delivery_id",
    "profile_id",
    "profile_title",
    "event",
    "kind",
    "state",
    "blocked",
    "accepted_at",
    "due_at",
    "attempt_count",
    "status",
    "error_class",
    "error_message",
    "duration_ms",
    "resent_as",
    "resent_from",
    "ended_at",
    "origin",
];

/// The heading.
pub(super) fn heading() -> String {
    let mut out = String::new();
    push_line(&mut out, COLUMNS);
    out
}

/// A line for each delivery. What there is none of is empty.
pub(super) fn push_rows(out: &mut String, rows: &[Summary], blocks: &Blocks) {
    for row in rows {
        push_line(out, cells(row, blocks));
    }
}

fn cells(row: &Summary, blocks: &Blocks) -> [String; 18] {
    let error = row.last_error.as_ref();
    let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
    [
        row.id.to_string(),
        row.profile_id.as_str().to_owned(),
        row.profile_title.clone(),
        row.event.map_or("", |event| event.name()).to_owned(),
        row.kind.name().to_owned(),
        row.state.name().to_owned(),
        blocked_by(row, blocks).unwrap_or_default().to_owned(),
        rfc3339(row.accepted_at),
        row.due_at.map(rfc3339).unwrap_or_default(),
        row.attempts.to_string(),
        number(row.last_status.map(u32::from)),
        error.map_or("", |error| error.class.name()).to_owned(),
        error.map(|error| error.message.clone()).unwrap_or_default(),
        number(row.last_ms),
        row.again.map(|id| id.to_string()).unwrap_or_default(),
        row.resent_from.map(|id| id.to_string()).unwrap_or_default(),
        row.ended_at.map(rfc3339).unwrap_or_default(),
        row.origin.to_string(),
    ]
}
