//! Reads the numbers of each profile.

use jiff::SignedDuration;

use crate::console::model::window::overview::{OverviewNumbers, OverviewRequest};
use crate::profile::ProfileId;
use crate::storage::{StatsBy, StatsError, StatsRequest, Storage, stats};

/// The numbers by profile, and the last hour of one of them.
///
/// # Errors
/// A sentence about why they cannot be read.
pub async fn load(store: &dyn Storage, request: OverviewRequest) -> Result<OverviewNumbers, String> {
    read(store, request).await.map_err(|error| error.to_string())
}

async fn read(store: &dyn Storage, request: OverviewRequest) -> Result<OverviewNumbers, StatsError> {
    let OverviewRequest { range, selected, now } = request;
    let ago = |long: SignedDuration| crate::clock::earlier(now, long);
    let by_profile =
        StatsRequest { since: ago(range.duration()), until: Some(now), profiles: None, by: StatsBy::Profile };
    let numbers = stats(store, by_profile, now).await?;
    let is_there = |id: &ProfileId| numbers.rows.iter().any(|row| row.key == id.as_str());
    let first = || numbers.rows.first().and_then(|row| ProfileId::parse(&row.key).ok());
    let minutes = match selected.filter(is_there).or_else(first) {
        Some(id) => {
            let key = id.to_string();
            let hour = StatsRequest {
                since: ago(SignedDuration::from_hours(1)),
                until: Some(now),
                profiles: Some(vec![id]),
                by: StatsBy::Minute,
            };
            let rows = stats(store, hour, now).await?.rows;
            Some((key, rows.iter().map(|row| row.attempts.unwrap_or(0)).collect()))
        }
        None => None,
    };
    Ok(OverviewNumbers { range, stats: numbers, minutes })
}
