//! The latency of an event that arrives while a hundred thousand profiles wait for a hanging endpoint.

use std::sync::Arc;
use std::time::Duration;

use crate::delivering::store;
use crate::endpoint::Endpoint;
use crate::figures::{Figure, percentile};
use ringback::callback::Values;
use ringback::delivery::{Limits, Sender, Transport};
use ringback::record::NewDelivery;

use super::hanging::profile;
use super::late_events::late;

/// Profiles, each with a delivery.
const WAITING: usize = 100_000;
/// Deliveries that are accepted at a time.
const BATCH: usize = 2_000;
/// Later events, each of its own profile.
const EVENTS: usize = 20;
const APART: Duration = Duration::from_millis(200);

/// From acceptance of an event to its arrival at the endpoint.
pub async fn measure() -> [Figure; 2] {
    let endpoint = Endpoint::start(1, 1);
    let waiting: Vec<_> = (0..WAITING).map(|_| profile(&endpoint.hanging()[0])).collect();
    let healthy: Vec<_> = (0..EVENTS).map(|_| profile(&endpoint.taking()[0])).collect();
    let (_folder, store) = store(&[waiting.clone(), healthy.clone()].concat()).await;
    for batch in waiting.chunks(BATCH) {
        let new = batch.iter().map(|profile| NewDelivery::event(profile, None, Values::default()));
        store.enqueue(new.collect()).await.unwrap();
    }
    let sender = Sender::start(Arc::new(store.clone()), Transport::new(Arc::default()), Limits::default());
    sender.status().wait_for(|status| !status.in_flight.is_empty()).await.unwrap();
    let mut late = late(&store, &endpoint, &healthy, APART).await;
    sender.stop().await;
    [
        Figure::new(
            "late event beside 100 000 profiles that wait, to the endpoint, median, ms",
            percentile(&mut late, 50),
            None,
        ),
        Figure::new("the same at its most, ms", percentile(&mut late, 100), Some("<= 250")),
    ]
}
