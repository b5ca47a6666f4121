//! The numbers of each profile: in a window, and on wide screens in a panel beneath the selected profile.

use std::collections::HashMap;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::clock;
use crate::console::model::list::List;
use crate::console::model::refresh::Refresh;
use crate::profile::ProfileId;
use crate::storage::{Stats, StatsRow};

/// How old the numbers may be, in milliseconds.
pub const REFRESH_MS: u64 = 2000;

/// How old those of the panel may be while no delivery changes: the last hour is another one.
const STILL_MS: u64 = 60_000;

/// Reading them takes at most this part of the time.
const SHARE: u32 = 20;

/// Where numbers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverviewPlace {
    /// In the window.
    Window,
    /// In the panel.
    Panel,
}

/// Of what time the numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OverviewRange {
    /// The last hour.
    #[default]
    Hour,
    /// Since midnight, by the clock on the screen.
    Today,
    /// The last 24 hours.
    Day,
    /// The last seven days.
    Week,
}

impl OverviewRange {
    /// All, from the shortest on.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Today, Self::Day, Self::Week];

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "last hour",
            Self::Today => "today",
            Self::Day => "last day",
            Self::Week => "last week",
        }
    }

    /// When it begins, as of `now`.
    #[must_use]
    pub fn since(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let hours = |hours| clock::earlier(now, SignedDuration::from_hours(hours));
        match self {
            Self::Hour => hours(1),
            Self::Today => {
                let midnight = now.to_zoned(zone.clone()).start_of_day();
                midnight.map_or_else(|_| hours(24), |midnight| midnight.timestamp())
            }
            Self::Day => hours(24),
            Self::Week => hours(7 * 24),
        }
    }

    /// The next longer one, or the next shorter one; after the last the first.
    #[must_use]
    pub fn step(self, is_longer: bool) -> Self {
        let at = Self::ALL.iter().position(|range| *range == self).unwrap_or(0);
        let by = if is_longer { 1 } else { Self::ALL.len() - 1 };
        Self::ALL[(at + by) % Self::ALL.len()]
    }
}

/// What is read.
#[derive(Debug, Clone)]
pub struct OverviewRequest {
    /// Where it is shown.
    pub place: OverviewPlace,
    /// Of what time.
    pub range: OverviewRange,
    /// Since when.
    pub since: Timestamp,
    /// Of which profiles the last hour is read, minute by minute; besides those that come first.
    pub profiles: Vec<ProfileId>,
    /// Until when.
    pub now: Timestamp,
}

/// What was read.
#[derive(Debug, Clone)]
pub struct OverviewNumbers {
    /// Of what time.
    pub range: OverviewRange,
    /// The numbers by profile.
    pub stats: Stats,
    /// How many attempts of a profile ended in each minute of the last hour, by its id.
    pub minutes: HashMap<String, Vec<u64>>,
    /// How long it took.
    pub took: Duration,
}

/// What is known of the profiles besides their numbers.
#[derive(Debug, Default)]
pub struct OverviewNames {
    /// The titles that were looked up, by id; of a profile that is no longer stored its id.
    pub titles: HashMap<String, String>,
    /// Since when those that are failing, or were disabled for it, are.
    pub failing: HashMap<String, Timestamp>,
}

/// The window, or the panel.
#[derive(Debug, Default)]
pub struct OverviewWindow {
    pub(in crate::console) list: List,
    range: OverviewRange,
    /// The numbers, once they were read; or why they cannot be.
    pub(in crate::console) numbers: Option<Result<OverviewNumbers, String>>,
    names: OverviewNames,
    refresh: Refresh,
    /// Whether deliveries have changed since.
    is_old: bool,
    /// Whether profiles have changed since.
    has_old_titles: bool,
}

impl OverviewWindow {
    /// What should be read now, if what was read is this many milliseconds old: then its result is awaited.
    pub fn asks(
        &mut self,
        place: OverviewPlace,
        (now, zone): (Timestamp, &TimeZone),
        ms: u64,
    ) -> Option<OverviewRequest> {
        let asks = self.refresh.asks(now, ms);
        self.is_old &= !asks;
        asks.then(|| self.request(place, now, zone))
    }

    fn request(&self, place: OverviewPlace, now: Timestamp, zone: &TimeZone) -> OverviewRequest {
        // Those on the screen, and those that soon may be.
        let around = self.list.selected().saturating_sub(GRAPHS / 2);
        let rows = self.rows().iter().skip(around).take(GRAPHS);
        let profiles = rows.filter_map(|row| ProfileId::parse(&row.key).ok()).collect();
        OverviewRequest { place, range: self.range, since: self.range.since(now, zone), profiles, now }
    }

    /// Shows another time, which is read at once.
    pub fn turn(&mut self, is_longer: bool, (now, zone): (Timestamp, &TimeZone)) -> OverviewRequest {
        self.range = self.range.step(is_longer);
        self.refresh.ask(now);
        self.request(OverviewPlace::Window, now, zone)
    }

    /// Of what time the numbers are.
    #[must_use]
    pub fn range(&self) -> OverviewRange {
        self.range
    }

    /// Deliveries have changed.
    pub fn changed(&mut self) {
        self.is_old = true;
    }

    /// How old the numbers of the window may be, in milliseconds.
    #[must_use]
    pub fn window_lasts_ms(&self) -> u64 {
        let took = self.read().map(|numbers| numbers.took).unwrap_or_default();
        u64::try_from(took.saturating_mul(SHARE).as_millis()).unwrap_or(u64::MAX).max(REFRESH_MS)
    }

    /// How old those of the panel may be; none if they stay as they are.
    #[must_use]
    pub fn panel_lasts_ms(&self) -> Option<u64> {
        if self.is_old { Some(self.window_lasts_ms()) } else { (!self.rows().is_empty()).then_some(STILL_MS) }
    }

    /// The titles that are known; none if they may have changed.
    #[must_use]
    pub fn titles(&self) -> Option<&HashMap<String, String>> {
        (!self.has_old_titles).then_some(&self.names.titles)
    }

    /// Titles may have changed: they are looked up anew with the next numbers.
    pub fn renamed(&mut self) {
        self.has_old_titles = true;
    }

    /// The numbers were read. Failing profiles come first, and of them those that began to fail last. The selected
    /// profile stays selected.
    pub fn take(&mut self, numbers: Result<OverviewNumbers, String>, names: OverviewNames) {
        self.refresh.arrived();
        if numbers.as_ref().is_ok_and(|numbers| numbers.range != self.range) {
            // Those that are shown now are on their way.
            return;
        }
        let selected = self.selected().map(|row| row.key.clone());
        let numbers = numbers.map(|mut numbers| {
            // Stable: the others stay in the order of their failures. None is less than some.
            numbers.stats.rows.sort_by_key(|row| std::cmp::Reverse(names.failing.get(&row.key)));
            numbers
        });
        let rows = numbers.as_ref().map(|numbers| &numbers.stats.rows[..]).unwrap_or_default();
        let row = rows.iter().position(|row| Some(&row.key) == selected.as_ref());
        let last = rows.len().saturating_sub(1);
        self.list.stay_on(row.unwrap_or_else(|| self.list.selected().min(last)));
        (self.numbers, self.names, self.has_old_titles) = (Some(numbers), names, false);
    }

    /// The numbers, if they were read.
    #[must_use]
    pub fn read(&self) -> Option<&OverviewNumbers> {
        self.numbers.as_ref()?.as_ref().ok()
    }

    /// The numbers by profile, if they were read.
    #[must_use]
    pub fn rows(&self) -> &[StatsRow] {
        self.read().map(|numbers| &numbers.stats.rows[..]).unwrap_or_default()
    }

    /// The selected profile.
    #[must_use]
    pub fn selected(&self) -> Option<&StatsRow> {
        self.rows().get(self.list.selected())
    }

    /// The attempts of a profile in each minute of the last hour, if they were read.
    #[must_use]
    pub fn minutes(&self, row: &StatsRow) -> Option<&[u64]> {
        self.read()?.minutes.get(&row.key).map(Vec::as_slice)
    }

    /// The title of a profile; its id if it is no longer stored.
    #[must_use]
    pub fn title<'a>(&'a self, row: &'a StatsRow) -> &'a str {
        self.names.titles.get(&row.key).map_or(row.key.as_str(), String::as_str)
    }

    /// Whether a profile is failing, or was disabled for it.
    #[must_use]
    pub fn is_failing(&self, row: &StatsRow) -> bool {
        self.names.failing.contains_key(&row.key)
    }
}

/// Of so many profiles the last hour is read.
pub const GRAPHS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_begins_at_midnight_where_the_person_is() {
        let now: Timestamp = "2025-04-17T23:30:00Z".parse().unwrap();
        let since = |range: OverviewRange, hours| {
            let zone = TimeZone::fixed(jiff::tz::offset(hours));
            range.since(now, &zone).to_string()
        };
        assert_eq!(since(OverviewRange::Today, 0), "2025-04-17T00:00:00Z");
        assert_eq!(since(OverviewRange::Today, 2), "2025-04-17T22:00:00Z");
        assert_eq!(since(OverviewRange::Today, -7), "2025-04-17T07:00:00Z");
        assert_eq!(since(OverviewRange::Hour, 2), "2025-04-17T22:30:00Z");
        assert_eq!(since(OverviewRange::Week, 2), "2025-04-10T23:30:00Z");
    }
}
