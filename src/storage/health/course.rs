//! The course of a lane during a batch of outcomes: the same for every store.

use crate::record::{Next, Outcome};
use crate::storage::health::lane_health::{LaneHealth, Verdict};
use crate::storage::health::profile_health::{HealthCause, HealthState};
use crate::storage::health::rules::HealthRules;
use crate::storage::health::turn::HealthTurnKind;

/// The cause of a turn to recovered by a probe, in words.
pub const PROBE_DELIVERED: &str = "a probe was delivered";

/// The course of a lane during a batch.
#[derive(Debug, Clone)]
pub struct LaneCourse {
    stored: LaneHealth,
    now: LaneHealth,
    state: Option<HealthState>,
    turns: Vec<(HealthTurnKind, HealthCause)>,
    enables_profile: bool,
}

impl LaneCourse {
    /// Of a lane whose profile is in this state; none is well.
    #[must_use]
    pub fn new(stored: LaneHealth, state: Option<HealthState>) -> Self {
        Self { now: stored.clone(), stored, state, turns: Vec::new(), enables_profile: false }
    }

    /// For what is known of the lane and not stored yet, before any outcome.
    pub fn correct(&mut self, change: impl FnOnce(&mut LaneHealth)) {
        change(&mut self.now);
    }

    /// A delivery has ended with this outcome.
    pub fn note(&mut self, outcome: &Outcome, rules: &HealthRules) {
        let (now, verdict) = std::mem::take(&mut self.now).after(outcome, rules);
        self.now = now;
        if outcome.attempt.is_probe && outcome.next == Next::Delivered {
            self.note_probe(outcome);
            return;
        }
        let turn = match (verdict, self.state) {
            (Some(Verdict::Delivers(cause)), Some(HealthState::Failing)) => {
                Some((None, HealthTurnKind::Recovered, cause))
            }
            (Some(Verdict::Fails(cause)), None) => {
                Some((Some(HealthState::Failing), HealthTurnKind::Failing, cause))
            }
            (Some(Verdict::IsToBeDisabled(cause)), None | Some(HealthState::Failing)) => {
                Some((Some(HealthState::AutoDisabled), HealthTurnKind::AutoDisabled, cause))
            }
            _ => None,
        };
        if let Some((state, kind, cause)) = turn {
            self.state = state;
            self.turns.push((kind, cause));
        }
    }

    /// A probe was delivered, which enables an auto-disabled profile: whatever its failure rate, since that is older.
    /// One that a person has enabled meanwhile has recovered as by any other event.
    fn note_probe(&mut self, outcome: &Outcome) {
        let mut cause = HealthCause::of(outcome, 0, None);
        self.enables_profile |= self.state != Some(HealthState::Failing);
        if self.enables_profile {
            PROBE_DELIVERED.clone_into(&mut cause.message);
        }
        self.state = None;
        self.turns.push((HealthTurnKind::Recovered, cause));
    }

    /// Whether it enables its profile, if that is auto-disabled: that is what the turn to recovered says.
    #[must_use]
    pub fn enables_profile(&self) -> bool {
        self.enables_profile
    }

    /// What is to be stored of the lane now, if it has changed.
    #[must_use]
    pub fn changed(&self) -> Option<&LaneHealth> {
        (self.now != self.stored).then_some(&self.now)
    }

    /// What is stored of the lane after the batch.
    #[must_use]
    pub fn now(&self) -> &LaneHealth {
        &self.now
    }

    /// Whether the profile is well after the batch.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.state.is_none()
    }

    /// The turns in their order. A store checks each against the state of the profile when it makes it, since other
    /// lanes and other senders may have made it already.
    #[must_use]
    pub fn turns(&self) -> &[(HealthTurnKind, HealthCause)] {
        &self.turns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{DeliveryId, JobRef, LaneId};
    use crate::storage::conformance::samples::attempt;

    /// The outcome of the nth delivery, a second after that of the one before.
    fn outcome(n: u8, is_delivered: bool) -> Outcome {
        let mut made = attempt(1, if is_delivered { 200 } else { 500 });
        made.started_at = crate::storage::conformance::samples::at(i64::from(n) * 1000);
        Outcome {
            job: JobRef::new(DeliveryId::from_bytes([n; 16]), 1),
            lane: LaneId::new(1),
            subject: std::sync::Arc::default(),
            attempt: made,
            next: if is_delivered { Next::Delivered } else { Next::Failed },
        }
    }

    /// The turns of a lane whose deliveries end so: `+` delivered, `-` failed.
    fn turns(ends: &str, rules: HealthRules) -> Vec<HealthTurnKind> {
        let mut course = LaneCourse::new(LaneHealth::default(), None);
        for (n, end) in (1..).zip(ends.chars()) {
            course.note(&outcome(n, end == '+'), &rules);
        }
        course.turns().iter().map(|(kind, _)| *kind).collect()
    }

    use HealthTurnKind::{AutoDisabled, Failing, Recovered};

    #[test]
    fn so_many_consecutive_failures_are_one_turn_and_the_next_success_another() {
        let rules = HealthRules { disable_after: 0, failing_after: 3, ..HealthRules::default() };
        assert_eq!(turns("--+--+", rules), []);
        assert_eq!(turns("-----", rules), [Failing]);
        assert_eq!(turns("-----++", rules), [Failing, Recovered]);
        assert_eq!(turns("---+--+---", rules), [Failing, Recovered, Failing]);
        assert_eq!(turns("-----+", HealthRules { failing_after: 0, ..rules }), []);
    }

    #[test]
    fn disabling_is_one_turn_and_what_is_in_flight_then_is_none() {
        let rules = HealthRules { disable_after: 3, failing_after: 3, ..HealthRules::default() };
        assert_eq!(turns("-----+", rules), [AutoDisabled]);
        let rules = HealthRules { failing_after: 2, ..rules };
        assert_eq!(turns("----+", rules), [Failing, AutoDisabled]);
    }

    #[test]
    fn a_delivered_probe_enables_whatever_the_rate_and_another_success_does_not() {
        let rules = HealthRules { failing_rate: 1, failing_min_events: 1, ..HealthRules::default() };
        let after = |state, is_probe, is_delivered| {
            let mut course = LaneCourse::new(LaneHealth::default(), state);
            let mut ended = outcome(1, is_delivered);
            ended.attempt.is_probe = is_probe;
            course.note(&outcome(0, false), &HealthRules { failing_rate: 1, ..HealthRules::default() });
            course.note(&ended, &rules);
            (course.enables_profile(), course.turns().to_vec())
        };
        let (is_enabled, all) = after(Some(HealthState::AutoDisabled), true, true);
        let [(Recovered, cause)] = &all[..] else { panic!("{all:?}") };
        assert_eq!((is_enabled, cause.message.as_str(), cause.status), (true, PROBE_DELIVERED, Some(200)));
        assert_eq!(after(Some(HealthState::AutoDisabled), false, true), (false, Vec::new()));
        assert_eq!(after(Some(HealthState::AutoDisabled), true, false), (false, Vec::new()));
        assert!(after(None, true, true).0, "a person has set the status");
        let (is_enabled, all) = after(Some(HealthState::Failing), true, true);
        assert_eq!((is_enabled, all.len()), (false, 1), "a person has enabled it");
    }

    #[test]
    fn a_failure_rate_counts_once_enough_has_ended_and_until_it_is_lower() {
        let rules = HealthRules {
            disable_after: 0,
            failing_after: 0,
            failing_rate: 50,
            failing_minutes: 5,
            failing_min_events: 4,
            alerts: false,
        };
        assert_eq!(turns("---", rules), [], "three say nothing");
        assert_eq!(turns("+-+-", rules), [Failing]);
        assert_eq!(turns("+++-+-", rules), []);
        assert_eq!(turns("+-+-+", rules), [Failing, Recovered], "two of five");
        assert_eq!(turns("----+++", rules), [Failing], "four of seven");
        assert_eq!(turns("----+++++", rules), [Failing, Recovered], "four of nine");
    }

    #[test]
    fn what_expired_says_nothing() {
        let mut expired = outcome(1, false);
        expired.attempt.error.as_mut().unwrap().class = crate::record::ErrorClass::Expired;
        let rules = HealthRules {
            failing_after: 1,
            failing_rate: 1,
            failing_min_events: 1,
            ..HealthRules::default()
        };
        let mut course = LaneCourse::new(LaneHealth::default(), None);
        course.note(&expired, &rules);
        assert_eq!((course.changed(), course.turns()), (None, &[][..]));
    }

    #[test]
    fn without_a_rate_no_minutes_are_stored() {
        let mut course = LaneCourse::new(LaneHealth::default(), None);
        course.note(&outcome(1, false), &HealthRules::default());
        assert_eq!(course.changed().unwrap().recent.text(), None);
        let mut same = LaneCourse::new(course.now().clone(), None);
        same.note(&Outcome { next: Next::Failed, ..outcome(1, false) }, &HealthRules::default());
        assert_eq!(same.changed().unwrap().count.failed, 2);
    }
}
