//! A delivery's state in words. It never claims to be live when it is not.

use jiff::Timestamp;

use crate::delivery::InFlight;
use crate::record::{DeliveryState, ErrorClass, Summary};
use crate::text;

/// The meaning of a state, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named for what they are")]
pub enum StateTone {
    Good,
    Busy,
    Bad,
    Dim,
}

/// The state in words, such as `500 · retry 1 of 2 in 7.2 s`.
#[must_use]
pub fn describe(row: &Summary, flight: Option<&InFlight>, now: Timestamp) -> (String, StateTone) {
    let tries = row.policy.count() + 1;
    let again = if row.again.is_some() { ", resent" } else { "" };
    if let Some(flight) = flight.filter(|_| row.state.is_pending()) {
        let which = match flight.n {
            1 => String::new(),
            n => format!(" · {}", retry(n - 1, row)),
        };
        return (format!("sending{which} · {}", tenths(millis(flight.started_at, now))), StateTone::Busy);
    }
    match row.state {
        DeliveryState::Queued => ("queued".to_owned(), StateTone::Dim),
        DeliveryState::Waiting => {
            let left = row.due_at.map_or(0, |due| millis(now, due));
            let when = if left > 0 { format!("in {}", tenths(left)) } else { "due now".to_owned() };
            (format!("{} · {} {when}", last(row), retry(row.attempts, row)), StateTone::Busy)
        }
        DeliveryState::Delivered => {
            let status = row.last_status.map(|s| s.to_string()).unwrap_or_default();
            let after = match row.attempts {
                0 | 1 => String::new(),
                n if row.has_more_attempts() => format!(" at attempt {n}"),
                2 => " after 1 retry".to_owned(),
                n => format!(" after {} retries", n - 1),
            };
            let took = text::millis(row.last_ms.unwrap_or(0).into());
            (format!("delivered{again} · {status} in {took}{after}"), StateTone::Good)
        }
        DeliveryState::Failed if is_expired(row) => {
            (format!("expired{again} · not sent{}", made(row.attempts)), StateTone::Bad)
        }
        DeliveryState::Failed => {
            let why = row.last_error.as_ref().map_or_else(String::new, |e| format!(" · {}", e.message));
            let of = if row.attempts > 1 || tries > 1 && row.attempts > 0 {
                match row.attempts {
                    n if n > tries.into() => format!(" ({n} attempts)"),
                    n => format!(" ({n} of {tries})"),
                }
            } else {
                String::new()
            };
            (format!("failed{again}{why}{of}"), StateTone::Bad)
        }
        DeliveryState::Cancelled => (format!("cancelled{again}"), StateTone::Dim),
    }
}

/// Such as `retry 1 of 2`; beyond its retries, after probes, `attempt 7`.
fn retry(n: u32, row: &Summary) -> String {
    let most = u32::from(row.policy.count());
    if n > most { format!("attempt {}", n.saturating_add(1)) } else { format!("retry {n} of {most}") }
}

/// Whether a delivery has failed since it expired.
#[must_use]
pub fn is_expired(row: &Summary) -> bool {
    row.state == DeliveryState::Failed
        && row.last_error.as_ref().is_some_and(|error| error.class == ErrorClass::Expired)
}

/// How often it was sent before it expired: its last entry is none.
fn made(attempts: u32) -> String {
    match attempts.saturating_sub(1) {
        0 => String::new(),
        1 => " after 1 attempt".to_owned(),
        n => format!(" after {n} attempts"),
    }
}

/// A short reason for the failure of the last attempt.
#[must_use]
pub fn last(row: &Summary) -> String {
    match row.last_error.as_ref().map(|e| e.class) {
        Some(ErrorClass::Status) => row.last_status.map_or_else(String::new, |status| status.to_string()),
        Some(ErrorClass::Timeout) => "timed out".to_owned(),
        Some(class) => crate::profile::Choice::name(class).to_owned(),
        None => "failed".to_owned(),
    }
}

/// Milliseconds from one time to another; 0 if the other is earlier.
#[must_use]
pub fn millis(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.as_millisecond() - from.as_millisecond()).unwrap_or(0)
}

/// Below this many milliseconds a duration is shown in tenths of a second.
pub const TENTHS_BELOW_MS: u64 = 100_000;

/// `7.2 s`; minutes and hours where there are some: `2 min 05 s`.
#[must_use]
pub fn tenths(millis: u64) -> String {
    let seconds = millis / 1000;
    match seconds {
        0..100 => format!("{}.{} s", seconds, millis % 1000 / 100),
        100..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Backoff, ProfileId, Region, RetryPolicy};
    use crate::record::{DeliveryId, Failure, Kind};

    fn row(state: DeliveryState) -> Summary {
        Summary {
            position: crate::record::LogPosition::new(1),
            id: DeliveryId::from_bytes([1; 16]),
            kind: Kind::Test,
            profile_id: ProfileId::new(Region::In, uuid::Uuid::nil()),
            profile_title: "Order SMS".into(),
            event: None,
            state,
            attempts: 1,
            policy: RetryPolicy::new(2, 10, 5000, Backoff::Fixed),
            due_at: Some(Timestamp::from_millisecond(7250).unwrap()),
            accepted_at: Timestamp::UNIX_EPOCH,
            ended_at: None,
            origin: "https://hooks.example".into(),
            last_status: Some(500),
            last_error: Some(Failure { class: ErrorClass::Status, message: "500".into() }),
            last_ms: Some(84),
            again: None,
            resent_from: None,
        }
    }

    fn text(row: &Summary) -> String {
        describe(row, None, Timestamp::UNIX_EPOCH).0
    }

    #[test]
    fn each_state_in_words() {
        assert_eq!(text(&row(DeliveryState::Waiting)), "500 · retry 1 of 2 in 7.2 s");
        let delivered = Summary { last_status: Some(200), attempts: 2, ..row(DeliveryState::Delivered) };
        assert_eq!(text(&delivered), "delivered · 200 in 84 ms after 1 retry");
        let none = RetryPolicy::new(0, 10, 5000, Backoff::Fixed);
        let after_probe = Summary { policy: none, ..delivered };
        assert_eq!(text(&after_probe), "delivered · 200 in 84 ms at attempt 2", "a probe is no retry");
        let error = Failure { class: ErrorClass::Timeout, message: "timed out after 5000 ms".into() };
        let failed = Summary { last_error: Some(error), attempts: 3, ..row(DeliveryState::Failed) };
        assert_eq!(text(&failed), "failed · timed out after 5000 ms (3 of 3)");
        let error = Failure { class: ErrorClass::Expired, message: "expired: not sent".into() };
        let expired = Summary { last_error: Some(error), ..row(DeliveryState::Failed) };
        assert_eq!(text(&expired), "expired · not sent");
        assert_eq!(text(&Summary { attempts: 3, ..expired }), "expired · not sent after 2 attempts");
        let flight = InFlight { n: 2, started_at: Timestamp::UNIX_EPOCH };
        let sending = describe(&row(DeliveryState::Waiting), Some(&flight), Timestamp::UNIX_EPOCH);
        assert_eq!(sending.0, "sending · retry 1 of 2 · 0.0 s");
    }

    #[test]
    fn durations_in_words() {
        assert_eq!(tenths(7250), "7.2 s");
        assert_eq!(tenths(125_000), "2 min 05 s");
        assert_eq!(tenths(7_260_000), "2 h 01 min");
    }
}
