//! The JSON document of an alert.

use serde_json::{Value, json};

use crate::documents::{full_delivery, health_cause};
use crate::profile::{Choice as _, ProfileId};
use crate::storage::{Alert, HealthTurn, HealthTurnKind, Storage, StoreError};
use crate::text::rfc3339;

/// The deliveries of this many turns are in a document: each may have 32 KiB and more.
const WITH_DELIVERY: usize = 20;

/// A turn: what became of a profile, since when, and why. `before` is its state until then; null: it was well.
#[must_use]
pub fn alert_turn(turn: &HealthTurn) -> Value {
    json!({
        "turn_id": turn.id.to_string(),
        "kind": turn.kind.name(),
        "profile_id": turn.profile_id.as_str(),
        "title": turn.title,
        "since": rfc3339(turn.at),
        "consecutive_failures": turn.cause.failed,
        "cause": health_cause(&turn.cause),
        "before": turn.before.map(|(state, since)| json!({"state": state.name(), "since": rfc3339(since)})),
    })
}

/// One sentence for a turn.
fn sentence(turn: &HealthTurn) -> String {
    let HealthTurn { title, kind, cause, .. } = turn;
    let why = format!("{}; last: {}", cause.failures(), cause.message);
    match kind {
        HealthTurnKind::Failing => format!("{title} is failing: {why}"),
        HealthTurnKind::AutoDisabled => format!("{title} was disabled: {why}"),
        HealthTurnKind::Recovered => format!("{title} has recovered"),
    }
}

/// At most this many other turns are named in a summary, which is the subject of a mail.
const NAMED: usize = 3;

/// The other turns of an alert, such as `, and 2 more: Voice calls recovered, Invoice mails failing`.
fn others(turns: &[&HealthTurn]) -> String {
    if turns.is_empty() {
        return String::new();
    }
    let named: Vec<String> =
        turns.iter().take(NAMED).map(|turn| format!("{} {}", turn.title, turn.kind.name())).collect();
    let rest = if turns.len() > NAMED { ", …" } else { "" };
    format!(", and {} more: {}{rest}", turns.len(), named.join(", "))
}

/// The document of some turns of an alert: the members of the first one, and all of them in `alerts`. None without any.
pub(super) fn document(id: &str, turns: &[&HealthTurn]) -> Option<Value> {
    let (first, rest) = turns.split_first()?;
    let summary = format!("{}{}", sentence(first), others(rest));
    let mut all = json!({"alert_id": id, "count": turns.len(), "summary": summary});
    if let (Value::Object(all), Value::Object(first)) = (&mut all, alert_turn(first)) {
        all.extend(first);
    }
    all["alerts"] = turns.iter().map(|turn| alert_turn(turn)).collect();
    Some(all)
}

/// The document of an alert for a command: each turn with its delivery, as far as that is in the log.
///
/// # Errors
/// The store cannot be read.
pub(super) async fn with_deliveries(store: &dyn Storage, alert: &Alert) -> Result<Option<Value>, StoreError> {
    let turns: Vec<&HealthTurn> = alert.turns.iter().collect();
    let Some(mut all) = document(&alert.id.to_string(), &turns) else { return Ok(None) };
    let blocks = store.blocks().await?;
    for (place, turn) in turns.iter().enumerate() {
        let details = if place < WITH_DELIVERY { store.delivery(turn.cause.delivery).await? } else { None };
        let delivery = details.map_or(Value::Null, |details| full_delivery(&details, &blocks));
        all["alerts"][place]["delivery"] = delivery;
    }
    Ok(Some(all))
}

/// The turns that are not those of this profile.
pub(super) fn of_others<'a>(alert: &'a Alert, profile: &ProfileId) -> Vec<&'a HealthTurn> {
    alert.turns.iter().filter(|turn| turn.profile_id != *profile).collect()
}
