//! The numbers of deliveries.

use axum::extract::State;
use jiff::SignedDuration;

use super::request::QueryPairs;
use super::{Access, Api, ApiError, Caller, Code, Envelope, Routes};
use crate::clock;
use crate::documents::{GivenTime, given_time, once, stats as document};
use crate::profile::{Choice as _, ProfileId};
use crate::storage::{StatsBy, StatsError, StatsRequest, stats};

/// From how long ago on, unless a request says: as in the command.
const SINCE: SignedDuration = SignedDuration::from_hours(1);

/// Adds the route.
pub(super) fn add(routes: Routes) -> Routes {
    routes.get("/v1/{sid}/callback/stats", Access::Read, numbers)
}

/// Responds with the numbers of the profiles that the caller may see.
async fn numbers(State(api): State<Api>, caller: Caller, query: QueryPairs) -> Result<Envelope, ApiError> {
    let (mut since, mut until, mut by, mut profile) = (None, None, None, None);
    query.each(|name, value| match name {
        "since" => once(&mut since, given_time(value)?),
        "until" => once(&mut until, given_time(value)?),
        "by" => {
            let known =
                StatsBy::from_name(value).ok_or_else(|| format!("use one of {}", StatsBy::names()))?;
            once(&mut by, known)
        }
        "profile" => once(&mut profile, ProfileId::parse(value).map_err(|error| error.to_string())?),
        _ => Err("is unknown: use one of since, until, by, profile".to_owned()),
    })?;
    let now = clock::now();
    let profiles = match profile {
        Some(id) if caller.may_use(&id) => Some(vec![id]),
        // As if it did not exist.
        Some(_) => Some(Vec::new()),
        None => caller.profiles().map(<[ProfileId]>::to_vec),
    };
    let since = since.unwrap_or(GivenTime::Ago(SINCE)).from(now);
    let until = until.map(|until| until.from(now));
    let request = StatsRequest { since, until, profiles, by: by.unwrap_or(StatsBy::Profile) };
    let found = stats(&*api.store, request, now).await.map_err(|error| match error {
        StatsError::Store(error) => ApiError::from(error),
        wrong => ApiError::new(Code::Invalid, wrong.to_string()),
    })?;
    Ok(Envelope::new(Code::Done, "Numbers fetched successfully", document(&found)))
}
