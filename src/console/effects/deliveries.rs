//! Effects on deliveries: searching, testing, retrying and cancelling.

use super::environment::Sources;
use crate::callback::Values;
use crate::clock;
use crate::console::model::deliveries::paused::{self, MOST_NEW};
use crate::console::model::deliveries::query::{Query, Show};
use crate::console::model::deliveries::total::MOST_COUNTED;
use crate::console::model::effect::Effect;
use crate::console::model::message::Message;
use crate::documents::DeliveryFilter;
use crate::profile::{Event, Profile};
use crate::record::{Acceptance, DeliveryId, DeliveryState, Kind, LogPosition, NewDelivery};
use crate::storage::{Filter, Page, SCAN_LIMIT, StateFilter, Storage, StoreError};

/// Accepts a test, and remembers its values.
pub(super) async fn test(
    store: &dyn Storage,
    sources: &dyn Sources,
    profile: Profile,
    event: Option<Event>,
    values: Values,
) -> Vec<Message> {
    // The test is sent even if its values cannot be remembered.
    let kept = store.keep_test_values(&profile.id, event, &values).await;
    let unkept = kept.err().map(|error| Message::Failed(error.to_string()));
    let mut random = |bytes: &mut [u8]| sources.random(bytes);
    let acceptance = Acceptance { id: sources.delivery_id(), at: sources.now(), random: &mut random };
    let delivery = NewDelivery::test_as(acceptance, profile, event, values);
    unkept.into_iter().chain([accept(store, delivery).await]).collect()
}

async fn accept(store: &dyn Storage, delivery: NewDelivery) -> Message {
    let id = delivery.id;
    match store.enqueue(vec![delivery]).await {
        Ok(()) => Message::Accepted(id, Kind::Test),
        Err(error) => Message::Failed(error.to_string()),
    }
}

/// Rows of each state that are reloaded when something has changed: a few milliseconds.
const RELOADED_ROWS: usize = 5_000;

/// The deliveries that match a query.
pub(super) async fn load(store: &dyn Storage, query: Query) -> Result<Message, StoreError> {
    let found = search(store, &query).await?;
    Ok(Message::Deliveries(Box::new(query), found))
}

async fn search(store: &dyn Storage, query: &Query) -> Result<Page, StoreError> {
    let filter = filter(query);
    match &query.earlier {
        Some(earlier) => store.resume_search(&filter, earlier.clone(), RELOADED_ROWS).await,
        None => store.search(&filter, SCAN_LIMIT).await,
    }
}

/// The filter of a query.
fn filter(query: &Query) -> Filter {
    let state = match query.show {
        Show::All => None,
        Show::Pending => Some(StateFilter::Pending),
        Show::Delivered => Some(StateFilter::Is(DeliveryState::Delivered)),
        Show::Failed => Some(StateFilter::Is(DeliveryState::Failed)),
        Show::Cancelled => Some(StateFilter::Is(DeliveryState::Cancelled)),
    };
    let Query { profile, bulk, limit, text, zone, .. } = query.clone();
    let given = DeliveryFilter { state, profile, bulk, ..DeliveryFilter::default() };
    let before = query.before.or(query.upto.map(LogPosition::after));
    Filter { before, limit, ..given.searching(&text).filter_in(clock::now(), zone) }
}

pub(super) async fn count_newer(store: &dyn Storage, query: Query) -> Result<Message, StoreError> {
    let newest = Query { upto: None, limit: MOST_NEW, ..query.clone() };
    let found = store.search(&filter(&newest), SCAN_LIMIT).await?;
    let newer = paused::newer(&query, &found.rows);
    Ok(Message::Newer(query, newer))
}

/// How many deliveries of the query's profile match.
pub(super) async fn count_matching(store: &dyn Storage, query: Query) -> Result<Vec<Message>, StoreError> {
    let Some(profile) = &query.profile else { return Ok(Vec::new()) };
    let states = filter(&Query { text: String::new(), ..query.clone() }).states();
    let count = store.count_of_profile(profile, &states, MOST_COUNTED).await?;
    Ok(vec![Message::Matching(query, count)])
}

/// The blocks, or a change of them.
pub(super) async fn blocks(store: &dyn Storage, effect: Effect) -> Result<Option<Message>, StoreError> {
    let Effect::Pause { profile, on, done } = effect else {
        return Ok(Some(Message::Blocks(Box::new(store.blocks().await?))));
    };
    let change = if on { store.pause(profile).await } else { store.resume(profile).await };
    change?;
    Ok(Some(Message::Done(done)))
}

/// Cancels a delivery.
pub(super) async fn cancel(store: &dyn Storage, id: DeliveryId) -> Result<Message, StoreError> {
    Ok(if store.cancel(id).await? {
        Message::Done("Cancelled: no more retries".to_owned())
    } else {
        Message::Failed("It has already ended".to_owned())
    })
}

/// Makes the next attempt of a delivery due.
pub(super) async fn retry_now(store: &dyn Storage, id: DeliveryId) -> Result<Message, StoreError> {
    Ok(if store.retry_now(id).await? {
        Message::Done("Retrying now".to_owned())
    } else {
        Message::Refused("It has already ended: {deliveries-send-again} resends it")
    })
}

pub(super) async fn resend(
    store: &dyn Storage,
    sources: &dyn Sources,
    id: DeliveryId,
) -> Result<Message, StoreError> {
    let new = sources.delivery_id();
    store.resend(id, new, sources.now()).await?;
    Ok(Message::Accepted(new, Kind::Again))
}

/// The kinds of things that have changed, in any session.
pub(super) async fn revision(store: &dyn Storage) -> Message {
    match store.revision().await {
        Ok(revision) => Message::Revision(revision),
        Err(error) => Message::Unreadable(error.to_string()),
    }
}
