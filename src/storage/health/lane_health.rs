//! What the outcomes of one lane say of the health of its profile.

use crate::record::{Next, Outcome};
use crate::storage::auto_disable::FailureCount;
use crate::storage::encoding::millis_after;
use crate::storage::health::profile_health::HealthCause;
use crate::storage::health::recent_failures::{FailureMinutes, RecentFailures};
use crate::storage::health::rules::HealthRules;

/// What is stored of a lane to judge its profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LaneHealth {
    /// Its consecutive failures.
    pub count: FailureCount,
    /// Its last minutes; empty while no failure rate is set.
    pub recent: FailureMinutes,
}

/// What an outcome says of the profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It has delivered, and its failure rate is low enough.
    Delivers(HealthCause),
    /// It fails: too many consecutive events, or too great a part of them.
    Fails(HealthCause),
    /// It has failed so often that it is to be disabled.
    IsToBeDisabled(HealthCause),
}

impl LaneHealth {
    /// The state of the lane after a delivery of it has ended with this outcome, and what that says.
    ///
    /// A rate is judged by failures alone: what is delivered can only lower it.
    #[must_use]
    pub fn after(mut self, outcome: &Outcome, rules: &HealthRules) -> (Self, Option<Verdict>) {
        if outcome.is_expired() {
            // Nothing was sent, so it says nothing of the endpoint.
            return (self, None);
        }
        let is_failure = outcome.next != Next::Delivered;
        let before = self.count;
        let (count, disabled) = before.after(outcome, rules.disable_after);
        self.count = count;
        let is_counted = count.failed > before.failed;
        self.note_minute(outcome, is_failure, rules);
        let recent = self.recent.sum();
        let is_high = rules.failing_rate > 0
            && recent.ended >= rules.failing_min_events
            && recent.reaches(rules.failing_rate);
        let cause = || HealthCause::of(outcome, count.failed, (rules.failing_rate > 0).then_some(recent));
        let verdict = if disabled.is_some() {
            Some(Verdict::IsToBeDisabled(cause()))
        } else if is_failure {
            let is_run = is_counted && rules.failing_after > 0 && count.failed >= rules.failing_after;
            (is_run || is_high).then(|| Verdict::Fails(cause()))
        } else {
            let is_low = rules.failing_rate == 0 || !recent.reaches(rules.failing_rate);
            is_low.then(|| Verdict::Delivers(cause()))
        };
        (self, verdict)
    }

    fn note_minute(&mut self, outcome: &Outcome, is_failure: bool, rules: &HealthRules) {
        if rules.failing_rate == 0 {
            self.recent = FailureMinutes::default();
            return;
        }
        let at = millis_after(outcome.attempt.started_at, outcome.attempt.duration_ms);
        let of = RecentFailures { ended: 1, failed: is_failure.into() };
        self.recent.add(at, of, rules.failing_minutes);
    }
}
