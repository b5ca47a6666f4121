//! The latency of an event that arrives while profiles of its endpoint hang.

use std::sync::Arc;
use std::time::Duration;

use crate::delivering::store;
use crate::endpoint::{Endpoint, HANGS};
use crate::figures::{Figure, percentile};
use jiff::Timestamp;
use ringback::callback::Values;
use ringback::delivery::{Limits, Sender, Transport};
use ringback::profile::Profile;
use ringback::record::NewDelivery;
use ringback::storage::Store;

use super::hanging::profile;

/// Profiles that hang.
const HANGING: usize = 20;
/// Deliveries of each of them: more than can time out meanwhile.
const BACKLOG: usize = 100;
/// Later events, each of its own profile.
const EVENTS: usize = 100;
/// Spaced out, so that they arrive at all stages of the others' timeouts.
const APART: Duration = Duration::from_millis(100);

/// From acceptance of an event to its arrival at the endpoint.
pub async fn measure() -> [Figure; 2] {
    let endpoint = Endpoint::start(1, 0);
    let url = &endpoint.taking()[0];
    let hanging: Vec<_> = (0..HANGING).map(|_| profile(&url.replace("/cb", HANGS))).collect();
    let healthy: Vec<_> = (0..EVENTS).map(|_| profile(url)).collect();
    let (_folder, store) = store(&[hanging.clone(), healthy.clone()].concat()).await;
    let backlog = hanging.iter().cycle().take(HANGING * BACKLOG);
    let backlog = backlog.map(|profile| NewDelivery::event(profile, None, Values::default()));
    store.enqueue(backlog.collect()).await.unwrap();
    let sender = Sender::start(Arc::new(store.clone()), Transport::new(Arc::default()), Limits::default());
    sender.status().wait_for(|status| status.in_flight.len() > HANGING / 2).await.unwrap();
    let mut late = late(&store, &endpoint, &healthy, APART).await;
    sender.stop().await;
    [
        Figure::new(
            "late event beside 20 profiles that hang, to the endpoint, median, ms",
            percentile(&mut late, 50),
            None,
        ),
        Figure::new("the same, 99th percentile, ms", percentile(&mut late, 99), Some("<= 100")),
    ]
}

/// Accepts an event of each profile, one after the other. The milliseconds until each arrives at the endpoint.
pub async fn late(store: &Store, endpoint: &Endpoint, profiles: &[Profile], apart: Duration) -> Vec<f64> {
    let mut accepted = Vec::new();
    for profile in profiles {
        let new = NewDelivery::event(profile, None, Values::default());
        let id = new.id.to_string();
        store.enqueue(vec![new]).await.unwrap();
        accepted.push((id, Timestamp::now().as_microsecond()));
        tokio::time::sleep(apart).await;
    }
    while store.counts().await.unwrap().delivered < profiles.len() as u64 {
        tokio::time::sleep(apart).await;
    }
    let arrivals = endpoint.arrivals().await;
    #[allow(clippy::cast_precision_loss, reason = "less than an hour")]
    let late = accepted.iter().map(|(id, at)| (arrivals[id] - at) as f64 / 1000.0);
    late.collect()
}
