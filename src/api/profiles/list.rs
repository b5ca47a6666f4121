//! The list of profiles.

use axum::extract::State;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::platform::platform_profile;
use crate::api::request::{QueryPairs, page_size};
use crate::api::{Api, ApiError, Caller, Code, Envelope};
use crate::clock;
use crate::documents::given_time;
use crate::profile::{Choice as _, Method};
use crate::storage::ProfileRow;

/// The size of a page if none is given (public page), and the largest (our decision).
const SIZES: (usize, usize) = (25, 500);

/// What is listed.
#[derive(Debug)]
struct ProfileQuery {
    limit: usize,
    offset: usize,
    title: Option<String>,
    method: Option<Method>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// Responds with a page of the profiles that the caller may use, oldest first.
pub(super) async fn list(
    State(api): State<Api>,
    caller: Caller,
    query: QueryPairs,
) -> Result<Envelope, ApiError> {
    let query = ProfileQuery::read(query)?;
    let mut rows = api.store.profiles().await?;
    rows.retain(|row| caller.may_use(&row.id) && query.wants(row));
    let (blocks, failing) = (api.store.blocks().await?, api.store.failing_profiles().await?);
    let mut profiles: Vec<Value> = Vec::new();
    for row in rows.iter().skip(query.offset).take(query.limit) {
        // Another session may delete it in between.
        if let Some(profile) = api.store.profile(&row.id).await? {
            profiles.push(platform_profile(&profile, &blocks, &failing));
        }
    }
    let data = json!({
        "profiles": profiles, "total": rows.len(), "limit": query.limit, "offset": query.offset,
        // Whoever compares must not take the others for deleted.
        "limited_by_key": caller.profiles().is_some(),
    });
    Ok(Envelope::new(Code::Done, "Profiles fetched successfully", data))
}

impl ProfileQuery {
    fn read(query: QueryPairs) -> Result<Self, ApiError> {
        let mut all = Self { limit: SIZES.0, offset: 0, title: None, method: None, since: None, until: None };
        let now = clock::now();
        query.each(|name, value| {
            match name {
                "limit" => all.limit = page_size(value, SIZES.1)?,
                "offset" => {
                    all.offset = value.parse().map_err(|_| "must be a whole number from 0 up".to_owned())?;
                }
                "title" => all.title = Some(value.trim().to_lowercase()),
                "http_method" => {
                    let method = Method::from_name(&value.to_ascii_uppercase());
                    all.method = Some(method.ok_or_else(|| format!("use one of {}", Method::names()))?);
                }
                "since" => all.since = Some(given_time(value)?.from(now)),
                "until" => all.until = Some(given_time(value)?.from(now)),
                _ => {
                    return Err(
                        "is unknown: use one of limit, offset, title, http_method, since, until".to_owned()
                    );
                }
            }
            Ok(())
        })?;
        Ok(all)
    }

    fn wants(&self, row: &ProfileRow) -> bool {
        self.title.as_ref().is_none_or(|text| row.title.to_lowercase().contains(text))
            && self.method.is_none_or(|method| row.method == method)
            && self.since.is_none_or(|since| row.created_at >= since)
            && self.until.is_none_or(|until| row.created_at < until)
    }
}
