//! Retries or cancels all deliveries that match a filter.

use axum::extract::State;
use serde_json::{Map, Value};

use super::merge::profiles_of;
use crate::api::request::JsonBody;
use crate::api::{Api, ApiError, Caller, Code, Envelope};
use crate::clock;
use crate::documents::{DeliveryFilter, bulk_cancelled, bulk_retried, filter_words};
use crate::management::{begin_bulk, change_all};
use crate::profile::Choice as _;
use crate::record::{BulkId, DeliveryState};
use crate::storage::{BulkResult, Change, Filter, StoreError};

/// The change that is requested.
#[derive(Debug)]
struct BulkRequest {
    change: Change,
    filter: DeliveryFilter,
    dry_run: bool,
}

/// Retries or cancels all deliveries that match. What was done until an error or the end of the connection stays
/// done; the same request continues.
pub(super) async fn bulk(
    State(api): State<Api>,
    caller: Caller,
    JsonBody(body): JsonBody,
) -> Result<Envelope, ApiError> {
    let BulkRequest { change, filter, dry_run } = BulkRequest::read(body)?;
    let filter = filter.filter(clock::now());
    let what = filter_words(&change.of(filter.clone()), None);
    let filters: Vec<Filter> = match profiles_of(&caller, filter.profile.as_ref()) {
        None => vec![change.of(filter)],
        Some(profiles) => {
            let of = |id| change.of(Filter { profile: Some(id), ..filter.clone() });
            profiles.into_iter().map(of).collect()
        }
    };
    let mut matched = 0;
    for filter in &filters {
        matched += api.store.count(filter).await?;
    }
    let (mut did, mut bulk) = (BulkResult::default(), None);
    if !dry_run {
        bulk = begin_bulk(&*api.store, change, what, matched).await?;
        let changed = all(&api, (change, bulk), filters, &mut did).await;
        if let Some(id) = bulk {
            api.store.end_bulk_action(id).await?;
        }
        changed?;
    }
    let data = match change {
        Change::Cancel => bulk_cancelled(&did, matched, dry_run),
        Change::Retry | Change::Remove => bulk_retried(&did, matched, dry_run, bulk),
    };
    let message = if dry_run { "Matching deliveries counted" } else { "Deliveries changed" };
    Ok(Envelope::new(Code::Done, message, data))
}

async fn all(
    api: &Api,
    (change, bulk): (Change, Option<BulkId>),
    filters: Vec<Filter>,
    did: &mut BulkResult,
) -> Result<(), StoreError> {
    for filter in filters {
        change_all(&*api.store, (change, bulk), filter, did, |_| Ok::<(), StoreError>(())).await?;
    }
    Ok(())
}

impl BulkRequest {
    fn read(body: Map<String, Value>) -> Result<Self, ApiError> {
        let mut faults = Vec::new();
        let (mut change, mut filter, mut dry_run) = (None, None, false);
        for (name, value) in body {
            match (name.as_str(), value) {
                ("action", Value::String(action)) if action == "retry" => change = Some(Change::Retry),
                ("action", Value::String(action)) if action == "cancel" => change = Some(Change::Cancel),
                ("action", _) => faults.push("action: use retry or cancel".to_owned()),
                ("filter", Value::Object(members)) => filter = Some(read_filter(members, &mut faults)),
                ("filter", _) => faults.push(format!("filter: {FILTER}")),
                ("dry_run", Value::Bool(dry)) => dry_run = dry,
                ("dry_run", _) => faults.push("dry_run: must be true or false".to_owned()),
                (other, _) => faults.push(format!("{other}: is unknown: use action, filter, dry_run")),
            }
        }
        if change.is_none() && faults.is_empty() {
            faults.push("action: is missing: use retry or cancel".to_owned());
        }
        if filter.is_none() && faults.is_empty() {
            faults.push(format!("filter: is missing: {FILTER}"));
        }
        if change == Some(Change::Cancel) && filter.as_ref().is_some_and(has_ended_only) {
            faults.push("filter.state: ended deliveries cannot be cancelled".to_owned());
        }
        match (change, filter) {
            (Some(change), Some(filter)) if faults.is_empty() => Ok(Self { change, filter, dry_run }),
            _ => Err(ApiError::with_params(Code::Invalid, faults)),
        }
    }
}

/// Whether a filter excludes all pending deliveries.
fn has_ended_only(filter: &DeliveryFilter) -> bool {
    let mut pending = DeliveryState::ALL.iter().filter(|state| state.is_pending());
    filter.state.is_some_and(|filter| !pending.any(|state| filter.has(*state)))
}

/// What a filter must be.
const FILTER: &str = "must be an object such as {\"state\": \"failed\"}; {} matches all deliveries";

/// Reads the members of a filter: strings, and for `status` also an array of them.
fn read_filter(members: Map<String, Value>, faults: &mut Vec<String>) -> DeliveryFilter {
    let mut filter = DeliveryFilter::default();
    let mut set = |name: &str, value: &Value| {
        let set = match value {
            Value::String(text) => filter.set(name, text),
            Value::Number(number) if name == "status" => filter.set(name, &number.to_string()),
            _ => Err("must be a string".to_owned()),
        };
        if let Err(why) = set {
            faults.push(format!("filter.{name}: {why}"));
        }
    };
    for (name, value) in members {
        match value {
            Value::Array(values) if name == "status" => values.iter().for_each(|value| set(&name, value)),
            value => set(&name, &value),
        }
    }
    filter
}
