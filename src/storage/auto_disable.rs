//! Auto-disabling: too many consecutive failures of a profile's events to one endpoint (our
//! decision).
//!
//! Manual deliveries say nothing about the events; deliveries without a request, and those that expired, were not
//! attempted: none of them is counted. Consecutive is by order of acceptance. By end times it would be wrong: a failure ends late, after its
//! retries, so in a mostly delivered batch the last to end have all failed.

use crate::record::{DeliveryId, Next, Outcome};
use crate::storage::control::block::AutoDisableCause;

/// The consecutive failures of one lane of events, as stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FailureCount {
    /// How many have failed permanently since the last delivered one.
    pub failed: u32,
    /// The last accepted one of those that were delivered.
    pub delivered: Option<DeliveryId>,
}

impl FailureCount {
    /// The count after a delivery of this lane has ended with this outcome; and, with `limit` consecutive failures,
    /// the cause for disabling the profile. A limit of 0 is never reached.
    #[must_use]
    pub fn after(self, outcome: &Outcome, limit: u32) -> (Self, Option<AutoDisableCause>) {
        let id = outcome.id();
        if outcome.is_expired() {
            return (self, None);
        }
        if outcome.next == Next::Delivered {
            return (Self { failed: 0, delivered: self.delivered.max(Some(id)) }, None);
        }
        if self.delivered.is_some_and(|later| id < later) {
            return (self, None);
        }
        let failed = self.failed.saturating_add(1);
        let cause = || {
            let error = outcome.attempt.error.as_ref();
            let message = error.map(|error| error.message.clone()).unwrap_or_default();
            AutoDisableCause { failed, delivery: id, message }
        };
        (Self { failed, ..self }, (limit > 0 && failed >= limit).then(cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{JobRef, LaneId};
    use crate::storage::conformance::samples::attempt;

    fn ended(n: u8, next: Next) -> Outcome {
        let status = if next == Next::Delivered { 200 } else { 500 };
        let job = JobRef::new(DeliveryId::from_bytes([n; 16]), 1);
        Outcome {
            job,
            lane: LaneId::new(1),
            subject: std::sync::Arc::default(),
            attempt: attempt(1, status),
            next,
        }
    }

    #[test]
    fn a_failure_counts_unless_a_later_delivery_arrived() {
        let after = |count: FailureCount, n, next| count.after(&ended(n, next), 2);
        let (one, none) = after(FailureCount::default(), 1, Next::Failed);
        assert_eq!((one.failed, none), (1, None));
        let (two, cause) = after(one, 2, Next::Failed);
        let cause = cause.unwrap();
        assert_eq!((two.failed, cause.failed, cause.message.as_str()), (2, 2, "answered 500"));
        assert_eq!(cause.delivery, DeliveryId::from_bytes([2; 16]));

        let (none, _) = after(two, 5, Next::Delivered);
        assert_eq!(none.failed, 0);
        assert_eq!(after(none, 4, Next::Failed), (none, None), "accepted before one that arrived");
        assert_eq!(after(none, 3, Next::Delivered).0, none, "the last accepted of them stays");
        assert_eq!(after(none, 6, Next::Failed).0.failed, 1);
        let mut expired = ended(7, Next::Failed);
        expired.attempt.error.as_mut().unwrap().class = crate::record::ErrorClass::Expired;
        assert_eq!(two.after(&expired, 2), (two, None), "nothing was sent");
    }

    #[test]
    fn a_limit_of_zero_is_never_reached() {
        let many = FailureCount { failed: u32::MAX, delivered: None };
        assert_eq!(many.after(&ended(1, Next::Failed), 0), (many, None));
    }
}
