//! The window with the numbers of each profile.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use crate::console::model::list::List;
use crate::console::model::refresh::Refresh;
use crate::profile::ProfileId;
use crate::storage::{Stats, StatsRow};

/// How old the numbers may be, in milliseconds.
pub const REFRESH_MS: u64 = 2000;

/// Of what time the numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OverviewRange {
    /// The last hour.
    #[default]
    Hour,
    /// The last 24 hours.
    Day,
    /// The last seven days.
    Week,
}

impl OverviewRange {
    /// All, from the shortest on.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// How long it is.
    #[must_use]
    pub fn duration(self) -> SignedDuration {
        match self {
            Self::Hour => SignedDuration::from_hours(1),
            Self::Day => SignedDuration::from_hours(24),
            Self::Week => SignedDuration::from_hours(7 * 24),
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

/// What is read for the window.
#[derive(Debug, Clone)]
pub struct OverviewRequest {
    /// Of what time.
    pub range: OverviewRange,
    /// Of which profile the last hour is read; without one, of the first.
    pub selected: Option<ProfileId>,
    /// Until when.
    pub now: Timestamp,
}

/// What was read for the window.
#[derive(Debug, Clone)]
pub struct OverviewNumbers {
    /// Of what time.
    pub range: OverviewRange,
    /// The numbers by profile.
    pub stats: Stats,
    /// A profile, and how many of its attempts ended in each minute of the last hour.
    pub minutes: Option<(String, Vec<u64>)>,
}

/// The window.
#[derive(Debug, Default)]
pub struct OverviewWindow {
    pub(in crate::console) list: List,
    range: OverviewRange,
    /// The numbers, once they were read; or why they cannot be.
    pub(in crate::console) numbers: Option<Result<OverviewNumbers, String>>,
    titles: HashMap<String, String>,
    failing: HashSet<String>,
    refresh: Refresh,
}

impl OverviewWindow {
    /// What should be read now, if what was read is this many milliseconds old: then its result is awaited.
    pub fn asks(&mut self, now: Timestamp, ms: u64) -> Option<OverviewRequest> {
        let asks = self.refresh.asks(now, ms);
        asks.then(|| self.request(now))
    }

    fn request(&self, now: Timestamp) -> OverviewRequest {
        let selected = self.selected().and_then(|row| ProfileId::parse(&row.key).ok());
        OverviewRequest { range: self.range, selected, now }
    }

    /// Shows another time, which is read at once.
    pub fn turn(&mut self, is_longer: bool, now: Timestamp) -> OverviewRequest {
        self.range = self.range.step(is_longer);
        self.refresh.ask(now);
        self.request(now)
    }

    /// Of what time the numbers are.
    #[must_use]
    pub fn range(&self) -> OverviewRange {
        self.range
    }

    /// The numbers were read; with the titles of their profiles, and those that are failing, which come first. The
    /// selected profile stays selected.
    pub fn take(
        &mut self,
        numbers: Result<OverviewNumbers, String>,
        titles: HashMap<String, String>,
        failing: HashSet<String>,
    ) {
        self.refresh.arrived();
        if numbers.as_ref().is_ok_and(|numbers| numbers.range != self.range) {
            // Those that are shown now are on their way.
            return;
        }
        let selected = self.selected().map(|row| row.key.clone());
        let numbers = numbers.map(|mut numbers| {
            // Stable: the others stay in the order of their failures.
            numbers.stats.rows.sort_by_key(|row| !failing.contains(&row.key));
            numbers
        });
        let rows = numbers.as_ref().map(|numbers| &numbers.stats.rows[..]).unwrap_or_default();
        let row = rows.iter().position(|row| Some(&row.key) == selected.as_ref());
        let last = rows.len().saturating_sub(1);
        self.list.stay_on(row.unwrap_or_else(|| self.list.selected().min(last)));
        (self.numbers, self.titles, self.failing) = (Some(numbers), titles, failing);
    }

    /// The numbers by profile, if they were read.
    #[must_use]
    pub fn rows(&self) -> &[StatsRow] {
        let read = self.numbers.as_ref().and_then(|numbers| numbers.as_ref().ok());
        read.map(|numbers| &numbers.stats.rows[..]).unwrap_or_default()
    }

    /// The selected profile.
    #[must_use]
    pub fn selected(&self) -> Option<&StatsRow> {
        self.rows().get(self.list.selected())
    }

    /// The attempts of the selected profile in each minute of the last hour, if they were read.
    #[must_use]
    pub fn minutes(&self) -> Option<&[u64]> {
        let numbers = self.numbers.as_ref()?.as_ref().ok()?;
        let (id, minutes) = numbers.minutes.as_ref()?;
        (*id == self.selected()?.key).then_some(minutes)
    }

    /// The title of a profile; its id if it is no longer stored.
    #[must_use]
    pub fn title<'a>(&'a self, row: &'a StatsRow) -> &'a str {
        self.titles.get(&row.key).map_or(row.key.as_str(), String::as_str)
    }

    /// Whether a profile is failing.
    #[must_use]
    pub fn is_failing(&self, row: &StatsRow) -> bool {
        self.failing.contains(&row.key)
    }
}
