//! The list of deliveries.

use axum::extract::State;
use serde_json::json;

use super::merge::{profiles_of, search};
use crate::api::request::{QueryPairs, page_size};
use crate::api::{Api, ApiError, Caller, Code, Envelope};
use crate::clock;
use crate::documents::{DeliveryFilter, delivery_row};
use crate::record::LogPosition;
use crate::storage::{Filter, Page};

/// The size of a page if none is given, as in `deliveries list`, and the largest (our decision).
const SIZES: (usize, usize) = (50, 1000);

/// Responds with a page of the deliveries that the caller may see, newest first.
pub(super) async fn list(
    State(api): State<Api>,
    caller: Caller,
    query: QueryPairs,
) -> Result<Envelope, ApiError> {
    let mut given = DeliveryFilter::default();
    let (mut limit, mut before) = (SIZES.0, None);
    query.each(|name, value| {
        match name {
            "limit" => limit = page_size(value, SIZES.1)?,
            "cursor" => before = Some(position(value)?),
            _ if DeliveryFilter::NAMES.contains(&name) => given.set(name, value)?,
            _ => {
                let names = DeliveryFilter::NAMES.join(", ");
                return Err(format!("is unknown: use one of {names}, cursor, limit"));
            }
        }
        Ok(())
    })?;
    let filter = Filter { before, limit, ..given.filter(clock::now()) };
    let page = match profiles_of(&caller, filter.profile.as_ref()) {
        None => api.store.search(&filter, crate::storage::SCAN_LIMIT).await?,
        Some(profiles) => search(&*api.store, &filter, &profiles).await?,
    };
    let blocks = api.store.blocks().await?;
    let Page { rows, next, .. } = page;
    let data = json!({
        "deliveries": rows.iter().map(|row| delivery_row(row, &blocks)).collect::<Vec<_>>(),
        "next_cursor": next.map(|next| next.number().to_string()),
    });
    Ok(Envelope::new(Code::Done, "Deliveries fetched successfully", data))
}

/// Parses a cursor.
fn position(text: &str) -> Result<LogPosition, String> {
    let number = text.parse().map_err(|_| "must be a next_cursor of an earlier page".to_owned())?;
    Ok(LogPosition::new(number))
}
