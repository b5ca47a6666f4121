//! A delivery as it is listed.

use serde_json::{Value, json};

use crate::cli::table::table;
use crate::profile::Choice;
use crate::record::{DeliveryState, Summary};
use crate::storage::Blocks;
use crate::text::millis;

/// A delivery as JSON, with the names of `test --json` where that has them.
pub(super) fn json_of(row: &Summary, holds: &Blocks) -> Value {
    let error = row.last_error.as_ref();
    json!({
        "delivery_id": row.id.to_string(),
        "profile_id": row.profile_id.as_str(),
        "profile_title": row.profile_title,
        "event": row.event.map(Choice::name),
        "kind": row.kind.name(),
        "state": row.state.name(),
        "blocked": held_for(row, holds),
        "held": held_for(row, holds),
        "accepted_at": row.accepted_at,
        "due_at": row.due_at,
        "attempt_count": row.attempts,
        "tries": row.attempts,
        "status": row.last_status,
        "error": error.map(|e| json!({"class": e.class.name(), "message": e.message})),
        "duration_ms": row.last_ms,
        "resent_as": row.again.map(|id| id.to_string()),
        "sent_again_as": row.again.map(|id| id.to_string()),
    })
}

/// Deliveries as a table for people, with a heading.
pub(super) fn table_of(rows: &[Summary], holds: &Blocks) -> String {
    let cells: Vec<[String; 7]> = rows
        .iter()
        .map(|row| {
            [
                row.id.to_string(),
                row.accepted_at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
                row.kind.name().to_owned(),
                row.state.name().to_owned(),
                format!("{}/{}", row.attempts, u32::from(row.policy.count()) + 1),
                row.profile_title.clone(),
                outcome(row, held_for(row, holds)),
            ]
        })
        .collect();
    table(["ID", "ACCEPTED (UTC)", "KIND", "STATE", "ATTEMPTS", "PROFILE", "LAST ATTEMPT"], &cells)
}

/// The block that prevents it from being sent, if there is one.
pub(super) fn held_for(row: &Summary, holds: &Blocks) -> Option<&'static str> {
    holds.of(row).filter(|_| row.state.is_pending()).map(|hold| hold.why.name())
}

/// The result of the last attempt, and when the next one is due, or what blocks it.
fn outcome(row: &Summary, held: Option<&str>) -> String {
    let ms = row.last_ms.map(|ms| format!(" · {}", millis(ms.into()))).unwrap_or_default();
    let last = match (&row.last_error, row.last_status) {
        (Some(error), _) => error.message.clone(),
        (None, Some(status)) => format!("{status}{ms}"),
        (None, None) => String::new(),
    };
    if let Some(why) = held {
        return if last.is_empty() { format!("blocked: {why}") } else { format!("{last} · blocked: {why}") };
    }
    match row.due_at.filter(|_| row.state == DeliveryState::Waiting) {
        Some(due) => format!("{last} · next {}", due.strftime("%H:%M:%S")),
        None if row.again.is_some() => format!("{last} · resent"),
        None => last,
    }
}
