//! Attempts that this process made and recorded.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::delivery::CompleteOutcomes;
use crate::profile::Choice as _;
use crate::record::Outcome;
use crate::storage::{AttemptPart, PhaseSums};

use super::histogram::Histogram;
use super::text::{Kind, Text};

/// How many pairs of a profile and a result are counted separately; those of further profiles are counted together,
/// since each takes memory here and in the monitoring.
const SEPARATE: usize = 4096;

/// The profile of attempts that are counted together.
const OTHER: &str = "other";

/// The result of an attempt that succeeded. Those of others are their classes of failure.
const DELIVERED: &str = "delivered";

/// Attempts by profile and result, and how long they took.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    by_profile: BTreeMap<(String, &'static str), u64>,
    durations: Histogram,
    phases: PhaseSums,
}

impl Attempts {
    /// Counts everything that a sender records, until it ends.
    pub(crate) async fn count(&self, mut outcomes: CompleteOutcomes) {
        while let Some(batch) = outcomes.recv().await {
            let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            batch.iter().for_each(|outcome| counted.add(outcome));
        }
    }

    pub(super) fn write(&self, text: &mut Text) {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = "ringback_attempts_total";
        let help = "Attempts of this process that ended and are recorded, by profile and result.";
        text.family(name, Kind::Counter, help);
        for ((profile, result), count) in &counted.by_profile {
            text.sample(name, &[("profile", profile), ("result", result)], count);
        }
        let name = "ringback_attempt_duration_seconds";
        text.family(name, Kind::Histogram, "How long attempts took, until the last byte of the response.");
        counted.durations.write(name, &[], text);
        let name = "ringback_attempt_phase_seconds_total";
        text.family(name, Kind::Counter, "Where the time of these attempts went.");
        for part in AttemptPart::ALL {
            let seconds = Duration::from_micros(counted.phases.micros(part)).as_secs_f64();
            text.sample(name, &[("phase", part.name())], seconds);
        }
        let name = "ringback_attempt_new_connections_total";
        text.family(name, Kind::Counter, "Attempts for which a connection was dialled.");
        text.sample(name, &[], counted.phases.new_connections);
    }
}

impl Counted {
    fn add(&mut self, outcome: &Outcome) {
        let result = outcome.attempt.error.as_ref().map_or(DELIVERED, |error| error.class.name());
        let key = (outcome.subject.profile_id.clone(), result);
        let is_separate = self.by_profile.len() < SEPARATE || self.by_profile.contains_key(&key);
        let key = if is_separate { key } else { (OTHER.to_owned(), result) };
        *self.by_profile.entry(key).or_default() += 1;
        self.durations.add(Duration::from_millis(outcome.attempt.duration_ms.into()));
        self.phases.add_attempt(&outcome.attempt);
    }
}
