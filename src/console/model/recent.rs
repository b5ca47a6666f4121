//! What happened to profiles lately, for their list: success in the last hour, and the last failure.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::console::model::clock::age;
use crate::console::model::list::List;
use crate::console::model::refresh::Refresh;
use crate::profile::ProfileId;

/// How old the numbers may be while deliveries change, in milliseconds.
const CHANGING_MS: u64 = 2000;

/// How old they may be otherwise: the last hour is another one, and a failure longer ago.
const STILL_MS: u64 = 60_000;

/// What happened to a profile.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RecentNumbers {
    /// The part of the deliveries that ended in the last hour that was delivered, from 0 to 1; none if none ended.
    pub success_rate: Option<f64>,
    /// Its last failure in the last 24 hours.
    pub last_failure: Option<LastFailure>,
}

/// When an attempt failed, or a delivery without an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastFailure {
    /// In the minute that began then.
    InMinute(Timestamp),
    /// In the hour that ended then.
    InHourUntil(Timestamp),
}

impl LastFailure {
    /// Such as `12 min ago`, and `over 5 h ago` where only the hour is known.
    #[must_use]
    pub fn words(self, now: Timestamp) -> String {
        match self {
            Self::InMinute(at) => age(at, now),
            Self::InHourUntil(end) => format!("over {}", age(end, now)),
        }
    }
}

/// For which profiles it is read.
#[derive(Debug, Clone)]
pub struct RecentRequest {
    /// The profiles.
    pub profiles: Vec<ProfileId>,
    /// Until when.
    pub now: Timestamp,
}

/// What was read: of each profile that was asked for.
pub type RecentOfProfiles = HashMap<ProfileId, RecentNumbers>;

/// What was read last, of the profiles around the selected one.
#[derive(Debug, Default)]
pub struct Recent {
    of: RecentOfProfiles,
    refresh: Refresh,
    /// Whether deliveries have changed since.
    is_old: bool,
}

impl Recent {
    /// What happened to a profile, if it was read.
    #[must_use]
    pub fn of(&self, profile: &ProfileId) -> Option<&RecentNumbers> {
        self.of.get(profile)
    }

    /// Deliveries have changed.
    pub fn changed(&mut self) {
        self.is_old = true;
    }

    /// After how many milliseconds it is to be read again; none if it stays as it is.
    #[must_use]
    pub fn lasts_ms(&self) -> Option<u64> {
        let shows = |numbers: &RecentNumbers| *numbers != RecentNumbers::default();
        if self.is_old { Some(CHANGING_MS) } else { self.of.values().any(shows).then_some(STILL_MS) }
    }

    /// Whether all of these were read.
    #[must_use]
    pub fn has_all(&self, profiles: &[ProfileId]) -> bool {
        profiles.iter().all(|profile| self.of.contains_key(profile))
    }

    /// Whether to read now what is so old: then its result is awaited.
    pub fn asks(&mut self, now: Timestamp, ms: u64) -> bool {
        let asks = self.refresh.asks(now, ms);
        self.is_old &= !asks;
        asks
    }

    /// It was read; nothing is known if it could not be.
    pub fn take(&mut self, read: Option<RecentOfProfiles>) {
        self.refresh.arrived();
        self.of = read.unwrap_or_default();
    }
}

/// The rows of a list that are at most so many from the selected one.
#[must_use]
pub fn rows_around(list: &List, length: usize, rows: u16) -> std::ops::Range<usize> {
    let (row, rows) = (list.selected(), usize::from(rows));
    row.saturating_sub(rows).min(length)..row.saturating_add(rows).min(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_never_said_to_be_longer_ago_than_it_is() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = time("2025-04-17T14:02:10Z");
        assert_eq!(LastFailure::InMinute(time("2025-04-17T14:02:00Z")).words(now), "just now");
        assert_eq!(LastFailure::InMinute(time("2025-04-17T13:50:00Z")).words(now), "12 min ago");
        assert_eq!(LastFailure::InHourUntil(time("2025-04-17T11:00:00Z")).words(now), "over 3 h ago");
    }
}
