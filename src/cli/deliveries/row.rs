//! Deliveries as a table.

use crate::cli::table::table;
use crate::documents::blocked_by;
use crate::profile::Choice as _;
use crate::record::{DeliveryState, Summary};
use crate::storage::Blocks;
use crate::text::{escape_controls, millis};

/// Deliveries as a table for people, with a heading.
pub(super) fn table_of(rows: &[Summary], blocks: &Blocks) -> String {
    let cells: Vec<[String; 7]> = rows.iter().map(|row| cells(row, blocks)).collect();
    table(["ID", "ACCEPTED (UTC)", "KIND", "STATE", "ATTEMPTS", "PROFILE", "LAST ATTEMPT"], &cells)
}

/// A delivery as a line by itself, in the same columns: those whose width is known are aligned.
pub(super) fn line_of(row: &Summary, blocks: &Blocks) -> String {
    let [id, accepted, kind, state, attempts, profile, outcome] =
        cells(row, blocks).map(|cell| escape_controls(&cell));
    format!("{id}  {accepted}  {kind:6}  {state:9}  {attempts:>5}  {profile}  {outcome}")
        .trim_end()
        .to_owned()
        + "\n"
}

fn cells(row: &Summary, blocks: &Blocks) -> [String; 7] {
    [
        row.id.to_string(),
        row.accepted_at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        row.kind.word().to_owned(),
        row.state.name().to_owned(),
        attempts(row),
        row.profile_title.clone(),
        outcome(row, blocked_by(row, blocks)),
    ]
}

/// How often it was sent, of how many times; with probes, which use up no retries, there may be more: then only how
/// often.
fn attempts(row: &Summary) -> String {
    let (sent, most) = (row.sent(), row.allowed_attempts());
    if row.has_more_attempts() { sent.to_string() } else { format!("{sent}/{most}") }
}

/// The result of the last attempt, and when the next one is due, or what blocks it.
fn outcome(row: &Summary, blocked: Option<&str>) -> String {
    let ms = row.last_ms.map(|ms| format!(" · {}", millis(ms.into()))).unwrap_or_default();
    let last = match (&row.last_error, row.last_status) {
        (Some(error), _) => error.message.clone(),
        (None, Some(status)) => format!("{status}{ms}"),
        (None, None) => String::new(),
    };
    if let Some(why) = blocked {
        return if last.is_empty() { format!("blocked: {why}") } else { format!("{last} · blocked: {why}") };
    }
    match row.due_at.filter(|_| row.state == DeliveryState::Waiting) {
        Some(due) => format!("{last} · next {}", due.strftime("%H:%M:%S")),
        None if row.again.is_some() => format!("{last} · resent"),
        None => last,
    }
}
