//! Reads the numbers of each profile.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use jiff::SignedDuration;

use crate::console::model::window::overview::{GRAPHS, OverviewNumbers, OverviewRequest};
use crate::profile::ProfileId;
use crate::storage::{
    RollupBy, RollupKey, RollupQuery, RollupRange, RollupStep, Stats, StatsBy, StatsError, StatsRequest,
    Storage, StoreError, stats,
};

/// Minutes of a graph.
const HOUR: usize = 60;

/// The numbers by profile, and the last hour of some.
///
/// # Errors
/// A sentence about why they cannot be read.
pub async fn load(store: &dyn Storage, request: OverviewRequest) -> Result<OverviewNumbers, String> {
    read(store, request).await.map_err(|error| error.to_string())
}

async fn read(store: &dyn Storage, request: OverviewRequest) -> Result<OverviewNumbers, StatsError> {
    let began = Instant::now();
    let by_profile =
        StatsRequest { since: request.since, until: Some(request.now), profiles: None, by: StatsBy::Profile };
    let stats = stats(store, by_profile, request.now).await?;
    let minutes = minutes(store, &request, &stats).await?;
    Ok(OverviewNumbers { range: request.range, stats, minutes, took: began.elapsed() })
}

/// The attempts in each minute of the last hour, of the profiles that are asked for and of those that come first.
async fn minutes(
    store: &dyn Storage,
    request: &OverviewRequest,
    stats: &Stats,
) -> Result<HashMap<String, Vec<u64>>, StoreError> {
    let first = stats.rows.iter().take(GRAPHS).filter_map(|row| ProfileId::parse(&row.key).ok());
    let profiles: HashSet<ProfileId> = request.profiles.iter().cloned().chain(first).collect();
    let mut minutes: HashMap<String, Vec<u64>> =
        profiles.iter().map(|id| (id.to_string(), vec![0; HOUR])).collect();
    if profiles.is_empty() {
        return Ok(minutes);
    }
    let hour = crate::clock::earlier(request.now, SignedDuration::from_hours(1));
    let range = RollupRange::of(hour, request.now, request.now);
    // The last minute has just begun: there are sixty before it, or fifty-nine.
    let first = range.minutes().end.saturating_sub(60);
    let query = RollupQuery {
        range,
        profiles: Some(profiles.into_iter().collect()),
        by: RollupBy::ProfileTime(RollupStep::Minute),
    };
    for (key, rollup) in store.rollups(query).await? {
        let RollupKey::ProfileTime(id, minute) = key else { continue };
        let place = minute.checked_sub(first).and_then(|place| usize::try_from(place).ok());
        if let Some(place) = place
            && let Some(count) = minutes.get_mut(&id).and_then(|minutes| minutes.get_mut(place))
        {
            *count = rollup.attempts();
        }
    }
    Ok(minutes)
}
