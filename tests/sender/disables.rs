//! The real sender against an endpoint that fails: after twenty consecutive failures the profile is disabled, new
//! events are blocked, and they are sent once it is enabled.

use crate::support::desk::Desk;
use crate::support::profiles::profile;
use ringback::callback::Values;
use ringback::profile::{Event, Profile, Status};
use ringback::receiver::{Behaviour, Receiver};
use ringback::record::{DeliveryId, DeliveryState, NewDelivery};

async fn send(desk: &Desk, profile: &Profile, n: usize) -> Vec<DeliveryId> {
    let event = |_| NewDelivery::event(profile, Some(Event::SmsSend), Values::default());
    let all: Vec<NewDelivery> = (0..n).map(event).collect();
    let ids = all.iter().map(|new| new.id).collect();
    desk.store.enqueue(all).await.unwrap();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_consecutive_failures_disable_and_the_next_event_is_blocked() {
    let desk = Desk::new();
    let failing = Behaviour { status: 500, ..Behaviour::default() };
    let endpoint = Receiver::start(([127, 0, 0, 1], 0).into(), failing).await.expect("a receiver");
    let profile = profile(&format!("http://{}/cb", endpoint.addr()), |_| ());
    desk.store.save_profiles(vec![profile.clone()]).await.unwrap();
    let status = async || desk.store.profile(&profile.id).await.unwrap().unwrap().status;

    // Nineteen, and one that fails but was sent manually.
    for id in send(&desk, &profile, 19).await {
        assert_eq!(desk.ended(id).await.summary.state, DeliveryState::Failed);
    }
    desk.only_attempt(&profile).await;
    assert_eq!(status().await, Status::Active);
    let twentieth = send(&desk, &profile, 1).await[0];
    desk.ended(twentieth).await;
    assert_eq!(status().await, Status::AutoDisabled);
    let holds = desk.store.blocks().await.unwrap();
    let cause = holds.disabled(&profile.id).and_then(|hold| hold.cause.clone()).expect("a cause");
    assert_eq!((cause.failed, cause.delivery), (20, twentieth));
    assert_eq!(cause.message, "500 Internal Server Error");

    let held = send(&desk, &profile, 1).await[0];
    // A test is sent, so the sender has seen everything that was queued before it.
    desk.only_attempt(&profile).await;
    let row = desk.store.delivery(held).await.unwrap().unwrap().summary;
    assert_eq!((row.state, row.attempts), (DeliveryState::Queued, 0));
    assert!(!desk.store.is_moving(None).await.unwrap());

    endpoint.set_behaviour(Behaviour::default());
    let mut enabled = desk.store.profile(&profile.id).await.unwrap().unwrap();
    enabled.status = Status::Active;
    desk.store.save_profiles(vec![enabled]).await.unwrap();
    assert_eq!(desk.ended(held).await.summary.state, DeliveryState::Delivered);
    assert!(desk.store.blocks().await.unwrap().is_empty());
}
