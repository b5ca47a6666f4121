//! Which requests to an account are retried, and when. Pure.

use std::time::Duration;

use jiff::Timestamp;

use crate::delivery::{ExchangeResponse, NoResponse};
use crate::record::retry_decision::retry_after;

/// How often a request is sent at most.
const ATTEMPTS: u32 = 5;

/// The wait after the first failure; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(500);

/// The longest wait that an account may ask for.
pub(super) const LONGEST: Duration = Duration::from_mins(2);

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Its result counts.
    Done,
    /// It is sent again after this time.
    Again(Duration),
    /// The account asks with this status to wait this long, which is too long.
    TooLong { status: u16, wait: Duration },
}

/// Decides after attempt `n`, from 1. A request that may have been carried out is sent again only if doing it twice
/// does no harm (`is_repeatable`).
pub(super) fn next(
    result: &Result<ExchangeResponse, NoResponse>,
    n: u32,
    is_repeatable: bool,
    now: Timestamp,
) -> Next {
    let own = FIRST.saturating_mul(1 << n.saturating_sub(1).min(10));
    let (wait, may_repeat) = match result {
        // It was not carried out.
        Ok(response) if response.status == 429 => {
            let asked = response.retry_after.as_deref().and_then(|value| retry_after(value, now));
            (asked.unwrap_or_default().max(own), true)
        }
        Ok(response) if matches!(response.status, 408 | 500 | 502..=504) => {
            let asked = response.retry_after.as_deref().and_then(|value| retry_after(value, now));
            (asked.unwrap_or_default().max(own), is_repeatable)
        }
        Err(NoResponse::NotSent(_)) => (own, true),
        Err(NoResponse::Unknown(_)) => (own, is_repeatable),
        Ok(_) | Err(NoResponse::Impossible(_) | NoResponse::Unusable(_)) => (own, false),
    };
    match result {
        _ if !may_repeat => Next::Done,
        Ok(response) if wait > LONGEST => Next::TooLong { status: response.status, wait },
        _ if n < ATTEMPTS => Next::Again(wait),
        _ => Next::Done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, retry_after: Option<&str>) -> ExchangeResponse {
        let retry_after = retry_after.map(str::to_owned);
        ExchangeResponse { status, retry_after, location: None, headers: Vec::new(), body: Vec::new() }
    }

    fn after(result: &Result<ExchangeResponse, NoResponse>, n: u32, is_repeatable: bool) -> Next {
        next(result, n, is_repeatable, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn failures_that_may_pass_are_tried_five_times_with_growing_waits() {
        let waits: Vec<Next> = (1..=5).map(|n| after(&Ok(response(503, None)), n, true)).collect();
        let again = |ms| Next::Again(Duration::from_millis(ms));
        assert_eq!(waits, [again(500), again(1000), again(2000), again(4000), Next::Done]);
        for status in [200, 201, 301, 400, 401, 403, 404, 409, 422, 501] {
            assert_eq!(after(&Ok(response(status, Some("1"))), 1, true), Next::Done, "{status}");
        }
    }

    #[test]
    fn the_account_may_ask_for_a_longer_wait_but_not_for_any() {
        let again = |s| Next::Again(Duration::from_secs(s));
        assert_eq!(after(&Ok(response(429, Some("7"))), 1, false), again(7));
        assert_eq!(after(&Ok(response(429, Some("0"))), 2, false), again(1));
        assert_eq!(after(&Ok(response(429, Some("soon"))), 2, false), again(1));
        assert_eq!(after(&Ok(response(503, Some("3"))), 1, true), again(3));
        let long = after(&Ok(response(429, Some("3000"))), 1, true);
        assert_eq!(long, Next::TooLong { status: 429, wait: Duration::from_mins(50) });
        let long = after(&Ok(response(503, Some("3000"))), 1, true);
        assert_eq!(long, Next::TooLong { status: 503, wait: Duration::from_mins(50) });
    }

    #[test]
    fn what_may_have_been_carried_out_is_not_sent_twice() {
        let unknown = Err(NoResponse::Unknown("reset".to_owned()));
        let unsent = Err(NoResponse::NotSent("refused".to_owned()));
        let impossible = Err(NoResponse::Impossible("no".to_owned()));
        let unusable = Err(NoResponse::Unusable("too long".to_owned()));
        assert_eq!(after(&unknown, 1, false), Next::Done);
        assert_eq!(after(&Ok(response(502, None)), 1, false), Next::Done);
        assert!(matches!(after(&unknown, 1, true), Next::Again(_)));
        assert!(matches!(after(&unsent, 1, false), Next::Again(_)));
        assert_eq!(after(&impossible, 1, true), Next::Done);
        assert_eq!(after(&unusable, 1, true), Next::Done);
    }
}
