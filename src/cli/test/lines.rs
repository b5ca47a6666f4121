//! A test in lines of text.

use std::borrow::Cow;

use hyper::StatusCode;
use jiff::Timestamp;

use crate::profile::Choice as _;
use crate::record::{Attempt, DeliveryState, ErrorClass, Kind, NewDelivery, Summary};
use crate::text::{escape_controls, push_escaped, push_millis};

/// The request that is sent, with its profile and event.
pub fn heading(delivery: &NewDelivery) -> String {
    let title = escape_controls(&delivery.profile_title);
    let event = delivery.event.map(|event| format!(" · {}", event.name())).unwrap_or_default();
    let request = match &delivery.request {
        Ok(callback) => format!("\n{} {}", callback.method.name(), escape_controls(&callback.url)),
        Err(_) => String::new(),
    };
    let what = if delivery.kind == Kind::Test { "Test of " } else { "" };
    format!("{what}{title}{event}{request}")
}

/// An attempt, such as `1st attempt  500 Internal Server Error  84 ms`.
pub fn attempt_line(attempt: &Attempt) -> String {
    let mut line = format!("{}  ", attempt_label_of(attempt));
    push_outcome(&mut line, attempt, "  ");
    line
}

/// Where its time went, such as `  connect 1 · wait 79 · read 4 ms`; none if that is unknown.
pub fn phases_line(attempt: &Attempt) -> Option<String> {
    Some(format!("  {}", attempt.phases?.words(attempt.duration_ms)))
}

/// Appends the result of an attempt, such as `200 OK`, and after this separator how long it took, such as `84 ms`;
/// not if its error contains the duration.
pub fn push_outcome(out: &mut String, attempt: &Attempt, separator: &str) {
    match (attempt.failure_words(), attempt.status) {
        (Some(words), _) => push_escaped(out, &words),
        (None, Some(status)) => push_status(out, status),
        (None, None) => out.push_str("no response"),
    }
    if attempt.error.as_ref().is_none_or(|error| error.class != ErrorClass::Timeout) {
        out.push_str(separator);
        push_millis(out, attempt.duration_ms.into());
    }
}

fn push_status(out: &mut String, status: u16) {
    let Ok(status) = StatusCode::from_u16(status) else {
        return out.push_str(&status.to_string());
    };
    out.push_str(status.as_str());
    if let Some(reason) = status.canonical_reason() {
        out.push(' ');
        out.push_str(reason);
    }
}

/// The name of an attempt, such as `1st retry`.
pub fn attempt_label_of(attempt: &Attempt) -> Cow<'static, str> {
    attempt.label()
}

/// The wait after an attempt, such as `wait 10 s`; `None` if there is none.
pub(super) fn wait_line(attempt: &Attempt, summary: &Summary) -> Option<String> {
    let due = summary.due_at.filter(|_| summary.state == DeliveryState::Waiting)?;
    Some(wait_until(attempt, due))
}

/// The same, from the end of an attempt to the next one.
pub fn wait_until(attempt: &Attempt, due: Timestamp) -> String {
    let ended_ms = attempt.started_at.as_millisecond() + i64::from(attempt.duration_ms);
    // The delay of recording is not part of the wait.
    let tenths = (due.as_millisecond() - ended_ms + 50) / 100;
    let fraction = if tenths % 10 == 0 { String::new() } else { format!(".{}", tenths % 10) };
    format!("wait {}{fraction} s", tenths / 10)
}

/// The outcome, worded as in the console.
pub fn last_line(summary: &Summary) -> String {
    format!("Callback profile tested · {}", ending(summary))
}

/// The outcome of a delivery, such as `delivered after 1 retry`.
pub fn ending(summary: &Summary) -> String {
    match summary.state {
        DeliveryState::Delivered => match summary.attempts {
            0 | 1 => "delivered".to_owned(),
            2 => "delivered after 1 retry".to_owned(),
            n => format!("delivered after {} retries", n - 1),
        },
        DeliveryState::Failed => {
            let why =
                summary.last_error.as_ref().map_or_else(String::new, |error| escape_controls(&error.message));
            match summary.attempts {
                0 | 1 => format!("failed: {why}"),
                n => format!("failed: {why} ({n} of {})", summary.policy.count() + 1),
            }
        }
        state => state.name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Backoff, ProfileId, Region, RetryPolicy};
    use crate::record::{DeliveryId, ErrorClass, Failure, HeaderList};

    fn attempt(n: u32, status: Option<u16>, error: Option<&str>) -> Attempt {
        let failure = |message: &str| Failure { class: ErrorClass::Status, message: message.to_owned() };
        Attempt {
            n,
            started_at: Timestamp::UNIX_EPOCH,
            duration_ms: 84,
            address: None,
            status,
            error: error.map(failure),
            response_headers: HeaderList::default(),
            response_body: Vec::new(),
            response_cut: false,
            response_incomplete: None,
            sender: None,
            phases: None,
            is_probe: false,
        }
    }

    fn summary(state: DeliveryState, attempts: u32, due_ms: Option<i64>) -> Summary {
        Summary {
            position: crate::record::LogPosition::new(1),
            id: DeliveryId::from_bytes([1; 16]),
            kind: Kind::Test,
            profile_id: ProfileId::new(Region::In, uuid::Uuid::nil()),
            profile_title: "Order SMS".to_owned(),
            event: None,
            state,
            attempts,
            policy: RetryPolicy::new(2, 10, 5000, Backoff::Fixed),
            due_at: due_ms.map(|ms| Timestamp::from_millisecond(ms).unwrap()),
            accepted_at: Timestamp::UNIX_EPOCH,
            ended_at: None,
            origin: "https://hooks.example".into(),
            last_status: None,
            last_error: attempt(1, None, Some("500 \u{1b}")).error,
            last_ms: None,
            again: None,
            resent_from: None,
        }
    }

    #[test]
    fn attempts_and_waits() {
        let failed = attempt(1, Some(500), Some("500 Internal Server Error"));
        assert_eq!(attempt_line(&failed), "1st attempt  500 Internal Server Error  84 ms");
        assert_eq!(attempt_line(&attempt(2, Some(200), None)), "1st retry  200 OK  84 ms");
        assert_eq!(attempt_line(&attempt(3, Some(299), None)), "2nd retry  299  84 ms");
        let wait = |ms| wait_line(&failed, &summary(DeliveryState::Waiting, 1, Some(ms))).unwrap();
        assert_eq!(wait(10_084), "wait 10 s");
        assert_eq!(wait(10_087), "wait 10 s");
        assert_eq!(wait(1_600), "wait 1.5 s");
        assert_eq!(wait_line(&failed, &summary(DeliveryState::Failed, 3, None)), None);
    }

    #[test]
    fn outcomes_in_words() {
        let line = |state, attempts| last_line(&summary(state, attempts, None));
        assert_eq!(line(DeliveryState::Delivered, 1), "Callback profile tested · delivered");
        assert_eq!(line(DeliveryState::Delivered, 2), "Callback profile tested · delivered after 1 retry");
        assert_eq!(line(DeliveryState::Delivered, 3), "Callback profile tested · delivered after 2 retries");
        assert_eq!(line(DeliveryState::Failed, 3), "Callback profile tested · failed: 500 \\u{1b} (3 of 3)");
        assert_eq!(line(DeliveryState::Failed, 1), "Callback profile tested · failed: 500 \\u{1b}");
        assert_eq!(line(DeliveryState::Cancelled, 1), "Callback profile tested · cancelled");
    }
}
