//! Deliveries that are too old to be sent, by `expires_after_s` of their profile as it is now.
//!
//! An expired delivery fails in place of its next attempt: the log has an entry for it, of the class `expired`, and
//! nothing was sent. So both stores, the feed and every list show it without a state of its own.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{Attempt, ErrorClass, Failure, HeaderList, Job, Next, Outcome};
use crate::clock;

/// A retry that waits only for its expiry is due this long after it, so that it has expired by any clock that decides
/// whether it is due.
const AFTER: Duration = Duration::from_secs(1);

/// When a delivery expires; none if never.
#[must_use]
pub fn expires_at(job: &Job) -> Option<Timestamp> {
    let seconds = job.profile.as_ref()?.expires_after_s?;
    Some(clock::later(job.accepted_at, Duration::from_secs(seconds.into())))
}

/// The outcome of a delivery that has expired at `now`, in place of its next attempt; none if it may be sent.
#[must_use]
pub fn expired(job: &Job, now: impl FnOnce() -> Timestamp) -> Option<Outcome> {
    let expires_at = expires_at(job)?;
    let now = now();
    if now < expires_at {
        return None;
    }
    let seconds = job.profile.as_ref()?.expires_after_s?;
    let message = format!("expired: not sent within {seconds} s of its acceptance");
    Some(Outcome {
        job: job.reference,
        lane: job.lane,
        subject: Arc::clone(&job.subject),
        attempt: Attempt {
            n: job.attempts + 1,
            started_at: now,
            duration_ms: 0,
            address: None,
            status: None,
            error: Some(Failure { class: ErrorClass::Expired, message }),
            response_headers: HeaderList::default(),
            response_body: Vec::new(),
            response_cut: false,
            response_incomplete: None,
            sender: None,
            phases: None,
            is_probe: false,
        },
        next: Next::Failed,
    })
}

/// The same state after an attempt, without a wait for a retry that will not be sent: it ends when it has expired.
#[must_use]
pub fn no_later(next: Next, expires_at: Option<Timestamp>) -> Next {
    match (next, expires_at) {
        (Next::Retry(at), Some(expires_at)) if at >= expires_at => {
            Next::Retry(clock::later(expires_at, AFTER).min(at))
        }
        _ => next,
    }
}
