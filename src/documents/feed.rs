//! Events of the stream: attempts, changes of profiles, and gaps.

use serde_json::{Value, json};

use super::auto_disabled::auto_disabled_cause;
use super::delivery::full_attempt;
use crate::profile::Choice as _;
use crate::storage::{FeedGap, FeedGapReason, ProfileChange, ProfileChangeKind, RecordedAttempt};
use crate::text::rfc3339;

/// An attempt as in [`full_delivery`](super::full_delivery), with its delivery, and the state of that afterwards.
#[must_use]
pub fn attempt_event(recorded: &RecordedAttempt) -> Value {
    let RecordedAttempt { delivery, profile, state, attempt } = recorded;
    let mut all = json!({
        "delivery_id": delivery.to_string(),
        "profile_id": profile.as_str(),
        "state": state.name(),
    });
    if let (Value::Object(all), Value::Object(attempt)) = (&mut all, full_attempt(attempt)) {
        all.extend(attempt);
    }
    all
}

/// A change of a profile; `profile_id` is null if it concerns all of them. A change of its health says what that is from
/// then on.
#[must_use]
pub fn profile_change(change: &ProfileChange) -> Value {
    let state = match change.kind {
        ProfileChangeKind::Failing => Some("failing"),
        ProfileChangeKind::Recovered => Some("ok"),
        ProfileChangeKind::AutoDisabled => Some("auto-disabled"),
        _ => None,
    };
    let auto_disabled = (change.kind == ProfileChangeKind::AutoDisabled)
        .then(|| change.cause.as_ref().map(|cause| auto_disabled_cause(change.at, Some(cause))));
    let mut all = json!({
        "profile_id": change.profile.as_ref().map(crate::profile::ProfileId::as_str),
        "title": change.title,
        "change": change.kind.name(),
        "at": rfc3339(change.at),
        "auto_disabled": auto_disabled.flatten(),
    });
    if let Some(state) = state {
        let cause = change.cause.as_ref().map(|cause| {
            json!({
                "consecutive_failures": cause.failed,
                "delivery_id": cause.delivery.to_string(),
                "message": cause.message,
            })
        });
        all["health"] = json!({"state": state, "since": rfc3339(change.at), "cause": cause});
    }
    all
}

/// Something is missing, why, and when the oldest entry that is kept was committed.
#[must_use]
pub fn feed_gap(gap: &FeedGap) -> Value {
    let reason = match gap.why {
        FeedGapReason::Removed => "removed",
        FeedGapReason::Unknown => "unknown",
    };
    json!({"reason": reason, "continues_from": gap.since.map(rfc3339)})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Attempt, DeliveryId, DeliveryState, HeaderList};
    use crate::storage::AutoDisableCause;

    #[test]
    fn an_attempt_is_the_one_that_is_shown_with_its_delivery() {
        let attempt = Attempt {
            n: 2,
            started_at: jiff::Timestamp::UNIX_EPOCH,
            duration_ms: 7,
            address: None,
            status: Some(200),
            error: None,
            response_headers: HeaderList::default(),
            response_body: b"ok".to_vec(),
            response_cut: false,
            response_incomplete: None,
            sender: Some("host-1".to_owned()),
            phases: None,
            is_probe: false,
        };
        let recorded = RecordedAttempt {
            delivery: DeliveryId::from_bytes([1; 16]),
            profile: crate::profile::ProfileId::parse("IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa").unwrap(),
            state: DeliveryState::Delivered,
            attempt: attempt.clone(),
        };
        let mut all = attempt_event(&recorded);
        let members = all.as_object_mut().unwrap();
        for (name, value) in [
            ("delivery_id", json!("01010101-0101-0101-0101-010101010101")),
            ("profile_id", json!("IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa")),
            ("state", json!("delivered")),
        ] {
            assert_eq!(members.shift_remove(name), Some(value), "{name}");
        }
        assert_eq!(all, full_attempt(&attempt));
        assert_eq!(all["sender"], "host-1");
    }

    #[test]
    fn a_change_says_why() {
        let delivery = DeliveryId::from_bytes([1; 16]);
        let cause = AutoDisableCause { failed: 10, delivery, message: "500".to_owned() };
        let change = ProfileChange {
            profile: None,
            title: Some("T".to_owned()),
            kind: ProfileChangeKind::AutoDisabled,
            at: jiff::Timestamp::UNIX_EPOCH,
            cause: Some(cause),
        };
        let all = profile_change(&change);
        assert_eq!((&all["profile_id"], &all["change"]), (&Value::Null, &json!("auto-disabled")));
        assert_eq!(all["auto_disabled"]["consecutive_failures"], 10);
        assert_eq!(
            (&all["health"]["state"], &all["health"]["cause"]["message"]),
            (&json!("auto-disabled"), &json!("500"))
        );
        let failing = profile_change(&ProfileChange { kind: ProfileChangeKind::Failing, ..change.clone() });
        assert_eq!(
            (&failing["auto_disabled"], &failing["health"]["state"]),
            (&Value::Null, &json!("failing"))
        );
        let enabled = ProfileChange { kind: ProfileChangeKind::Enabled, cause: None, ..change };
        let enabled = profile_change(&enabled);
        assert_eq!((&enabled["auto_disabled"], enabled.get("health")), (&Value::Null, None));
    }
}
