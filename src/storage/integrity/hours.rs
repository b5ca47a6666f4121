//! Compares numbers by hour with the log, and with the numbers of their minutes.

use std::collections::BTreeMap;

use crate::record::DeliveryState;
use crate::storage::integrity::report::IntegrityCheck;
use crate::storage::rollups::fold::Folding;
use crate::storage::rollups::range::{RollupStep, time_of};
use crate::storage::rollups::rollup::Rollup;

/// A profile's id, and an hour counted from 1970.
type ProfileHour = (String, u32);

/// What the log has of a profile and an hour.
#[derive(Debug, Clone, Copy, Default)]
struct LogCounts {
    accepted: u64,
    delivered: u64,
    failed: u64,
    cancelled: u64,
}

/// Numbers by hour from three sources, of which each must agree with the others.
#[derive(Debug, Default)]
pub struct HourNumbers {
    /// Counted one by one in the log.
    log: BTreeMap<ProfileHour, LogCounts>,
    /// As they are kept.
    hours: BTreeMap<ProfileHour, Rollup>,
    /// The sum of what is kept by minute.
    minutes: BTreeMap<ProfileHour, Rollup>,
    /// The first minute that is kept.
    first_minute: Option<u32>,
    /// The first hour that is kept.
    first_hour: Option<u32>,
}

impl HourNumbers {
    /// The log has so many deliveries that were accepted in an hour, or ended in this state, since everything is counted.
    pub fn add_log(&mut self, profile: &str, hour: i64, ended: Option<DeliveryState>, n: u64) {
        // As marks have it: an impossible time is the nearest one.
        let hour = u32::try_from(hour.max(0)).unwrap_or(u32::MAX);
        let counts = self.log.entry((profile.to_owned(), hour)).or_default();
        let count = match ended {
            None => &mut counts.accepted,
            Some(DeliveryState::Delivered) => &mut counts.delivered,
            Some(DeliveryState::Failed) => &mut counts.failed,
            Some(DeliveryState::Cancelled) => &mut counts.cancelled,
            Some(DeliveryState::Queued | DeliveryState::Waiting) => return,
        };
        *count = count.saturating_add(n);
    }

    /// Adds what is stored of a profile and a period. False if it is damaged.
    #[must_use]
    pub fn add_stored(&mut self, step: RollupStep, at: u32, profile: &str, counts: &[u8]) -> bool {
        let mut rollup = Rollup::default();
        let is_sound = rollup.add_encoded(counts).is_ok();
        self.add(step, at, profile, &rollup);
        let first = match step {
            RollupStep::Minute => &mut self.first_minute,
            RollupStep::Hour => &mut self.first_hour,
        };
        *first = Some(first.map_or(at, |first| first.min(at)));
        is_sound
    }

    /// Adds what is not folded yet.
    pub fn add_unfolded(&mut self, folding: &Folding, profiles: &BTreeMap<i64, String>) {
        for ((step, at, profile), rollup) in folding.slots(profiles) {
            self.add(step, at, &profile, &rollup);
        }
    }

    fn add(&mut self, step: RollupStep, at: u32, profile: &str, rollup: &Rollup) {
        let hour = RollupStep::Hour.of_minute(step.first_minute(at));
        let sums = match step {
            RollupStep::Minute => &mut self.minutes,
            RollupStep::Hour => &mut self.hours,
        };
        sums.entry((profile.to_owned(), hour)).or_default().add(rollup);
    }

    /// Adds what does not agree. What was removed from the log stays counted, so that the log may have less.
    pub fn compare(&self, check: &mut IntegrityCheck) {
        let empty = Rollup::default();
        for ((profile, hour), log) in &self.log {
            let kept = self.hours.get(&(profile.clone(), *hour)).unwrap_or(&empty);
            for (what, there, counted) in [
                ("accepted", log.accepted, kept.accepted()),
                ("delivered", log.delivered, kept.delivered()),
                ("failed", log.failed, kept.failed()),
                ("cancelled", log.cancelled, kept.cancelled()),
            ] {
                if there > counted {
                    let name = named(profile, *hour);
                    check.add(format!(
                        "{name}: the log has {there} {what} deliveries, and {counted} are counted"
                    ));
                }
            }
        }
        // Before them some minutes, or hours, are no longer kept.
        let whole =
            self.first_minute.map_or(0, |minute| RollupStep::Hour.of_minute(minute).saturating_add(1));
        let whole = whole.max(self.first_hour.map_or(0, |hour| hour.saturating_add(1)));
        let mut all: Vec<&ProfileHour> = self.hours.keys().chain(self.minutes.keys()).collect();
        all.sort_unstable();
        all.dedup();
        for key in all.into_iter().filter(|(_, hour)| *hour >= whole) {
            let [hour, minutes] = [&self.hours, &self.minutes]
                .map(|sums| sums.get(key).map(Rollup::encode).unwrap_or_default());
            if hour != minutes {
                check.add(format!("{}: its minutes add up to other numbers", named(&key.0, key.1)));
            }
        }
    }
}

fn named(profile: &str, hour: u32) -> String {
    let profile = if profile.is_empty() { "no known profile" } else { profile };
    format!("{profile} in the hour from {}", time_of(RollupStep::Hour.first_minute(hour)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::integrity::invariant::Invariant;
    use crate::storage::rollups::mark::RollupMark;

    fn rollup(minute: i64, times: i64) -> Vec<u8> {
        let mut rollup = Rollup::default();
        rollup.count(RollupMark::accepted(minute * 60_000, None), times);
        rollup.encode()
    }

    fn faults(numbers: &HourNumbers) -> Vec<String> {
        let mut check = IntegrityCheck::new(Invariant::Numbers);
        numbers.compare(&mut check);
        check.named
    }

    #[test]
    fn the_log_may_have_less_than_is_counted_and_not_more() {
        let mut numbers = HourNumbers::default();
        assert!(numbers.add_stored(RollupStep::Hour, 5, "A", &rollup(300, 3)));
        numbers.add_log("A", 5, None, 2);
        assert_eq!(faults(&numbers), [""; 0], "one was removed");
        numbers.add_log("A", 5, None, 2);
        let [fault] = <[String; 1]>::try_from(faults(&numbers)).unwrap();
        assert!(fault.contains("has 4 accepted deliveries, and 3 are counted"), "{fault}");
    }

    #[test]
    fn minutes_add_up_to_their_hour() {
        let mut numbers = HourNumbers::default();
        for (step, at, n) in
            [(RollupStep::Minute, 300, 1), (RollupStep::Hour, 5, 9), (RollupStep::Hour, 6, 5)]
        {
            assert!(numbers.add_stored(step, at, "A", &rollup(300, n)));
        }
        assert!(numbers.add_stored(RollupStep::Minute, 361, "A", &rollup(361, 2)));
        // The first hour is not whole in minutes.
        assert_eq!(faults(&numbers).len(), 1);
        let mut folding = Folding::default();
        folding.add(1, RollupMark::accepted(362 * 60_000, None), 3);
        numbers.add_unfolded(&folding, &BTreeMap::from([(1, "A".to_owned())]));
        let [fault] = <[String; 1]>::try_from(faults(&numbers)).unwrap();
        assert!(fault.contains("A in the hour from 1970-01-01T06:00:00Z"), "{fault}");
        assert!(numbers.add_stored(RollupStep::Minute, 363, "A", &rollup(363, 3)));
        assert_eq!(faults(&numbers), [""; 0]);
        assert!(!numbers.add_stored(RollupStep::Hour, 7, "A", &[0x80]), "damaged");
    }
}
