//! Numbers as people and programs read them: the same for the command, the HTTP API and the console.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::profile::{Choice, ProfileId};
use crate::record::ErrorClass;
use crate::storage::error::StoreError;
use crate::storage::rollups::Rollups;
use crate::storage::rollups::phase_sums::PhaseSums;
use crate::storage::rollups::query::{RollupBy, RollupKey, RollupQuery};
use crate::storage::rollups::range::{RollupRange, RollupStep, time_of};
use crate::storage::rollups::rollup::Rollup;

/// By what numbers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatsBy {
    /// A row for each profile.
    Profile,
    /// A row for each status of a response.
    Status,
    /// A row for each class of failure.
    Class,
    /// A row for each minute.
    Minute,
    /// A row for each hour.
    Hour,
    /// One row.
    Total,
}

impl Choice for StatsBy {
    const ALL: &'static [Self] =
        &[Self::Profile, Self::Status, Self::Class, Self::Minute, Self::Hour, Self::Total];

    fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Status => "status",
            Self::Class => "class",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Total => "total",
        }
    }
}

/// Which numbers are asked for.
#[derive(Debug, Clone)]
pub struct StatsRequest {
    /// From when on.
    pub since: Timestamp,
    /// Until when; now if there is none.
    pub until: Option<Timestamp>,
    /// Of these profiles only.
    pub profiles: Option<Vec<ProfileId>>,
    /// By what.
    pub by: StatsBy,
}

/// Why there are no numbers.
#[derive(Debug, thiserror::Error)]
pub enum StatsError {
    /// The time range ends before it begins.
    #[error("the time range ends before it begins: from {since} until {until}")]
    Reversed {
        /// Its beginning.
        since: Timestamp,
        /// Its end.
        until: Timestamp,
    },
    /// Minutes are no longer kept.
    #[error(
        "numbers by minute are kept for 48 hours, and {since} is before that: use a later time, or numbers by hour"
    )]
    NoMinutes {
        /// The beginning that was asked for.
        since: Timestamp,
    },
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The numbers of a time range.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// Its beginning: a whole minute, before the last 48 hours a whole hour; or the time from which on everything is
    /// counted, if that is later.
    pub since: Timestamp,
    /// Its end.
    pub until: Timestamp,
    /// By what.
    pub by: StatsBy,
    /// The rows, in the order of their keys; those of classes and profiles with the most failures first.
    pub rows: Vec<StatsRow>,
}

/// The numbers of one key. None where a number has no meaning for it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StatsRow {
    /// The id of the profile, the status (`none` without a response), the class, or the beginning of the minute or hour.
    pub key: String,
    /// Deliveries that were accepted.
    pub accepted: Option<u64>,
    /// Deliveries that were delivered.
    pub delivered: Option<u64>,
    /// Deliveries that failed permanently.
    pub failed: Option<u64>,
    /// Deliveries that were cancelled.
    pub cancelled: Option<u64>,
    /// Deliveries that are pending now.
    pub pending: Option<u64>,
    /// Attempts that have ended.
    pub attempts: Option<u64>,
    /// The part of delivered and failed ones that was delivered, from 0 to 1; none if there are none.
    pub success_rate: Option<f64>,
    /// The median duration of the attempts, in milliseconds.
    pub p50_ms: Option<u32>,
    /// The duration that 95 % of the attempts did not exceed.
    pub p95_ms: Option<u32>,
    /// The duration that 99 % of the attempts did not exceed.
    pub p99_ms: Option<u32>,
    /// Where the time of the attempts went.
    pub phases: Option<PhaseSums>,
    /// Failures by class: attempts, and deliveries that failed without one.
    pub failures: BTreeMap<&'static str, u64>,
    /// Attempts that failed by the status of their response.
    pub failed_statuses: BTreeMap<u16, u64>,
}

impl StatsRow {
    fn of(key: String, rollup: &Rollup, pending: Option<u64>) -> Self {
        Self {
            key,
            accepted: Some(rollup.accepted()),
            delivered: Some(rollup.delivered()),
            failed: Some(rollup.failed()),
            cancelled: Some(rollup.cancelled()),
            pending,
            attempts: Some(rollup.attempts()),
            success_rate: rollup.success_rate(),
            p50_ms: rollup.percentile_ms(50),
            p95_ms: rollup.percentile_ms(95),
            p99_ms: rollup.percentile_ms(99),
            phases: Some(rollup.phase_sums()),
            failures: rollup.failures(),
            failed_statuses: failed_statuses(rollup),
        }
    }

    /// All failures.
    #[must_use]
    pub fn failure_count(&self) -> u64 {
        self.failures.values().sum()
    }
}

/// Reads numbers, as of `now`.
///
/// # Errors
/// The range is reversed, or too old for minutes; or the store cannot be read.
pub async fn stats<S>(store: &S, request: StatsRequest, now: Timestamp) -> Result<Stats, StatsError>
where
    S: Rollups + ?Sized,
{
    let StatsRequest { since, until, profiles, by } = request;
    let end = until.unwrap_or(now);
    if since > end {
        return Err(StatsError::Reversed { since, until: end });
    }
    let counted_since = store.counted_since().await?;
    let from = since.max(counted_since).min(end);
    let range = RollupRange::of(from, end, now);
    if by == StatsBy::Minute && range.first_minute() < RollupRange::minutes_from(now) {
        return Err(StatsError::NoMinutes { since });
    }
    let query = RollupQuery { range, profiles: profiles.clone(), by: grouped(by) };
    let sums = store.rollups(query).await?;
    let rows = match by {
        StatsBy::Status => by_status(&total(&sums)),
        StatsBy::Class => by_class(&total(&sums)),
        StatsBy::Minute => by_time(&sums, range, RollupStep::Minute),
        StatsBy::Hour => by_time(&sums, range, RollupStep::Hour),
        StatsBy::Total => {
            let pending = store.pending_by_profile(profiles).await?;
            vec![StatsRow::of(by.name().to_owned(), &total(&sums), Some(pending.values().sum()))]
        }
        StatsBy::Profile => by_profile(sums, store.pending_by_profile(profiles).await?),
    };
    // A whole minute may begin before that, and end after now.
    let since = range.since().max(counted_since.min(end));
    Ok(Stats { since, until: range.until().min(now.max(end)), by, rows })
}

fn grouped(by: StatsBy) -> RollupBy {
    match by {
        StatsBy::Profile => RollupBy::Profile,
        StatsBy::Status | StatsBy::Class | StatsBy::Total => RollupBy::Total,
        StatsBy::Minute => RollupBy::Time(RollupStep::Minute),
        StatsBy::Hour => RollupBy::Time(RollupStep::Hour),
    }
}

fn total(sums: &BTreeMap<RollupKey, Rollup>) -> Rollup {
    sums.get(&RollupKey::Total).cloned().unwrap_or_default()
}

/// Each profile of which something happened or is pending.
fn by_profile(sums: BTreeMap<RollupKey, Rollup>, mut pending: BTreeMap<String, u64>) -> Vec<StatsRow> {
    let of_profile = |(key, rollup)| match key {
        RollupKey::Profile(id) => Some((id, rollup)),
        RollupKey::Total | RollupKey::Time(_) | RollupKey::ProfileTime(..) => None,
    };
    let mut all: BTreeMap<String, Rollup> = sums.into_iter().filter_map(of_profile).collect();
    for id in pending.keys() {
        all.entry(id.clone()).or_default();
    }
    let mut rows: Vec<StatsRow> = all
        .into_iter()
        .map(|(id, rollup)| {
            let pending = pending.remove(&id).unwrap_or(0);
            StatsRow::of(id, &rollup, Some(pending))
        })
        .collect();
    // Stable: those with as many failures stay in the order of their ids.
    rows.sort_by_key(|row| std::cmp::Reverse((row.failed, row.failure_count())));
    rows
}

fn failed_statuses(rollup: &Rollup) -> BTreeMap<u16, u64> {
    let mut all = BTreeMap::new();
    for result in rollup.results() {
        let status = result.status.filter(|_| result.class == Some(ErrorClass::Status.name()));
        if let Some(status) = status {
            let count: &mut u64 = all.entry(status).or_default();
            *count = count.saturating_add(result.attempts);
        }
    }
    all
}

fn by_status(total: &Rollup) -> Vec<StatsRow> {
    let mut rows: BTreeMap<Option<u16>, StatsRow> = BTreeMap::new();
    for result in total.results() {
        let row = rows.entry(result.status).or_default();
        row.key = result.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        *row.attempts.get_or_insert_default() += result.attempts;
        if let Some(class) = result.class {
            *row.failures.entry(class).or_default() += result.attempts;
        }
    }
    rows.into_values().collect()
}

fn by_class(total: &Rollup) -> Vec<StatsRow> {
    let failed = total.failed_by_class();
    let mut attempts: BTreeMap<&str, u64> = BTreeMap::new();
    for result in total.results() {
        if let Some(class) = result.class {
            *attempts.entry(class).or_default() += result.attempts;
        }
    }
    let mut failures = total.failures();
    // A delivery may have failed long after its attempts.
    for class in failed.keys() {
        failures.entry(class).or_default();
    }
    let row = |(class, n): (&'static str, u64)| StatsRow {
        key: class.to_owned(),
        failed: Some(failed.get(class).copied().unwrap_or(0)),
        attempts: Some(attempts.get(class).copied().unwrap_or(0)),
        failures: BTreeMap::from([(class, n)]),
        ..StatsRow::default()
    };
    let mut rows: Vec<StatsRow> = failures.into_iter().map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.failure_count()));
    rows
}

/// A row for each period of the range, also where nothing happened.
fn by_time(sums: &BTreeMap<RollupKey, Rollup>, range: RollupRange, step: RollupStep) -> Vec<StatsRow> {
    let minutes = range.minutes();
    if minutes.is_empty() {
        return Vec::new();
    }
    let periods = step.of_minute(minutes.start)..=step.of_minute(minutes.end.saturating_sub(1));
    let none = Rollup::default();
    periods
        .map(|at| {
            let minute = step.first_minute(at);
            let rollup = sums.get(&RollupKey::Time(minute)).unwrap_or(&none);
            StatsRow::of(time_of(minute).to_string(), rollup, None)
        })
        .collect()
}
