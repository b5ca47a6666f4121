//! A delivery with its request and its attempts.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::delivery_row::blocked_by;
use crate::callback::{Callback, headers_json};
use crate::profile::Choice;
use crate::record::{Attempt, Details, Phase, Phases, Summary};
use crate::storage::Blocks;
use crate::text::rfc3339;

/// A delivery as a test reports it. `request` is null if none could be made.
#[must_use]
pub fn tested_delivery(details: &Details) -> Value {
    let summary = &details.summary;
    json!({
        "delivery_id": summary.id.to_string(),
        "profile_id": summary.profile_id.as_str(),
        "event": summary.event.map(Choice::name),
        "state": summary.state.name(),
        "request": details.callback.as_ref().map(request),
        "attempts": details.attempts.iter().map(attempt).collect::<Value>(),
    })
}

/// When the next attempt of a delivery is due. One that was sent as a probe is the next probe, while its profile is
/// blocked; none then if that is not probed any more.
#[must_use]
pub fn due_at(details: &Details, blocks: &Blocks) -> Option<Timestamp> {
    let row = &details.summary;
    let is_probed = details.attempts.last().is_some_and(|attempt| attempt.is_probe);
    if is_probed && blocked_by(row, blocks).is_some() {
        return blocks.disabled(&row.profile_id).and_then(|block| block.next_probe);
    }
    row.due_at
}

/// Everything about a delivery: [`tested_delivery`] with additional members.
#[must_use]
pub fn full_delivery(details: &Details, blocks: &Blocks) -> Value {
    let row = &details.summary;
    let blocked = blocked_by(row, blocks);
    let mut all = tested_delivery(details);
    let more = json!({
        "kind": row.kind.name(),
        "blocked": blocked,
        "held": blocked,
        "profile_title": row.profile_title,
        "accepted_at": rfc3339(row.accepted_at),
        "due_at": due_at(details, blocks).map(rfc3339),
        "resent_as": row.again.map(|id| id.to_string()),
        "sent_again_as": row.again.map(|id| id.to_string()),
        "resent_from": row.resent_from.map(|id| id.to_string()),
        "ended_at": row.ended_at.map(rfc3339),
        "origin": &*row.origin,
        "resends": details.resends.iter().map(resend).collect::<Value>(),
        "error": row.last_error.as_ref().map(|e| json!({"class": e.class.name(), "message": e.message})),
        "retry": {
            "count": row.policy.count(),
            "interval_s": row.policy.interval_s(),
            "timeout_ms": row.policy.timeout_ms(),
            "backoff": row.policy.backoff().name(),
        },
    });
    if let (Value::Object(all), Value::Object(more)) = (&mut all, more) {
        all.extend(more);
    }
    let attempts = all["attempts"].as_array_mut().into_iter().flatten();
    for (json, attempt) in attempts.zip(&details.attempts) {
        *json = full_attempt(attempt);
    }
    all
}

/// Everything about an attempt.
pub(super) fn full_attempt(made: &Attempt) -> Value {
    let mut all = attempt(made);
    all["response_cut"] = made.response_cut.into();
    all["response_incomplete"] = made.response_incomplete.clone().into();
    all["sender"] = made.sender.clone().into();
    all
}

/// A resend of the delivery.
fn resend(row: &Summary) -> Value {
    json!({
        "delivery_id": row.id.to_string(),
        "state": row.state.name(),
        "accepted_at": rfc3339(row.accepted_at),
        "status": row.last_status,
    })
}

fn request(callback: &Callback) -> Value {
    json!({
        "method": callback.method.name(),
        "url": callback.url,
        "headers": headers_json(&callback.headers),
        "body": String::from_utf8_lossy(&callback.body),
    })
}

/// An attempt, as in a delivery.
#[must_use]
pub fn attempt(attempt: &Attempt) -> Value {
    json!({
        "n": attempt.n,
        "started_at": rfc3339(attempt.started_at),
        "duration_ms": attempt.duration_ms,
        "address": attempt.address,
        "status": attempt.status,
        "error": attempt.error.as_ref().map(|e| json!({"class": e.class.name(), "message": e.message})),
        "response_headers": headers_json(&attempt.response_headers),
        "response_body": String::from_utf8_lossy(&attempt.response_body),
        "phases": attempt.phases.as_ref().map(phases),
        "probe": attempt.is_probe,
    })
}

/// In milliseconds with up to three decimals; null for a phase that did not happen.
fn phases(phases: &Phases) -> Value {
    let ms = |phase| phases.micros(phase).map(|micros| f64::from(micros) / 1000.0);
    json!({
        "dns_ms": ms(Phase::Dns),
        "connect_ms": ms(Phase::Connect),
        "tls_ms": ms(Phase::Tls),
        "wait_ms": ms(Phase::Wait),
        "read_ms": ms(Phase::Read),
        "reused": phases.reused,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn phases_are_milliseconds_with_decimals() {
        let mut measured = Phases::over(true);
        measured.add(Phase::Wait, Duration::from_micros(43_071));
        measured.add(Phase::Read, Duration::from_micros(200));
        assert_eq!(
            phases(&measured).to_string(),
            r#"{"dns_ms":null,"connect_ms":null,"tls_ms":null,"wait_ms":43.071,"read_ms":0.2,"reused":true}"#
        );
    }
}
