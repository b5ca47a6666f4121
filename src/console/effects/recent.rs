//! Reads what happened to profiles lately from their rollups: a few rows for each.

use std::collections::HashMap;

use jiff::SignedDuration;

use crate::clock;
use crate::console::model::recent::{LastFailure, RecentNumbers, RecentOfProfiles, RecentRequest};
use crate::profile::ProfileId;
use crate::storage::rollups::mark::minute_of;
use crate::storage::rollups::range::time_of;
use crate::storage::{
    Rollup, RollupBy, RollupKey, RollupQuery, RollupRange, RollupStep, Storage, StoreError,
};

/// The minutes or hours of each profile, by its id: the first minute of each, and what happened then.
type Periods = HashMap<String, Vec<(u32, Rollup)>>;

/// The numbers of these profiles.
pub(super) async fn load(
    store: &dyn Storage,
    request: RecentRequest,
) -> Result<RecentOfProfiles, StoreError> {
    let RecentRequest { profiles, now } = request;
    let hour = RollupRange::of(clock::earlier(now, SignedDuration::from_hours(1)), now, now);
    let minutes = periods(store, &profiles, hour, RollupStep::Minute).await?;
    let mut recent: RecentOfProfiles =
        profiles.into_iter().map(|id| (id.clone(), of_minutes(minutes.get(id.as_str())))).collect();
    // Of the others the last failure may have been before; hours that are over have it.
    let without: Vec<ProfileId> = recent
        .iter()
        .filter(|(_, numbers)| numbers.last_failure.is_none())
        .map(|(id, _)| id.clone())
        .collect();
    let this_hour = time_of(minute_of(now.as_millisecond()) / HOUR * HOUR);
    let day = RollupRange::of(clock::earlier(this_hour, SignedDuration::from_hours(24)), this_hour, now);
    let hours = periods(store, &without, day, RollupStep::Hour).await?;
    for id in without {
        let failed = hours.get(id.as_str()).and_then(|hours| last_failed(hours));
        if let (Some(at), Some(numbers)) = (failed, recent.get_mut(&id)) {
            numbers.last_failure = Some(LastFailure::InHourUntil(time_of(at.saturating_add(HOUR))));
        }
    }
    Ok(recent)
}

/// Minutes of an hour.
const HOUR: u32 = 60;

async fn periods(
    store: &dyn Storage,
    profiles: &[ProfileId],
    range: RollupRange,
    step: RollupStep,
) -> Result<Periods, StoreError> {
    let mut periods = Periods::new();
    if profiles.is_empty() {
        return Ok(periods);
    }
    let query = RollupQuery { range, profiles: Some(profiles.to_vec()), by: RollupBy::ProfileTime(step) };
    for (key, rollup) in store.rollups(query).await? {
        if let RollupKey::ProfileTime(id, minute) = key {
            periods.entry(id).or_default().push((minute, rollup));
        }
    }
    Ok(periods)
}

fn of_minutes(minutes: Option<&Vec<(u32, Rollup)>>) -> RecentNumbers {
    let Some(minutes) = minutes else { return RecentNumbers::default() };
    let mut hour = Rollup::default();
    for (_, rollup) in minutes {
        hour.add(rollup);
    }
    let last_failure = last_failed(minutes).map(|minute| LastFailure::InMinute(time_of(minute)));
    RecentNumbers { success_rate: hour.success_rate(), last_failure }
}

/// The first minute of the last period in which something failed.
fn last_failed(periods: &[(u32, Rollup)]) -> Option<u32> {
    periods.iter().filter(|(_, rollup)| !rollup.failures().is_empty()).map(|(minute, _)| *minute).max()
}
