//! Deliveries that expire: the real sender, an endpoint that counts requests, and events that are too old.

use jiff::SignedDuration;
use ringback::callback::Values;
use ringback::profile::{Event, Profile, Status};
use ringback::receiver::{Behaviour, Receiver, Requests};
use ringback::record::{DeliveryId, DeliveryState, ErrorClass, NewDelivery};
use ringback::storage::{Filter, Log as _, StateFilter};

use crate::support::desk::{Desk, failure};
use crate::support::profiles::profile;

async fn endpoint(status: u16) -> Receiver {
    let behaviour = Behaviour { status, ..Behaviour::default() };
    Receiver::start(([127, 0, 0, 1], 0).into(), behaviour).await.expect("a receiver")
}

/// Accepts an event that was accepted so long ago.
async fn accept(desk: &Desk, profile: &Profile, ago: SignedDuration) -> DeliveryId {
    let mut new = NewDelivery::event(profile, Some(Event::SmsSend), Values::default());
    new.accepted_at = new.accepted_at.checked_sub(ago).expect("a time");
    let id = new.id;
    desk.store.enqueue(vec![new]).await.expect("accepted");
    id
}

/// How many requests arrived since the last call.
fn arrived(requests: &mut Requests) -> usize {
    std::iter::from_fn(|| requests.try_recv().ok()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_too_old_is_not_sent_and_disables_nothing() {
    let desk = Desk::new();
    let endpoint = endpoint(200).await;
    let mut requests = endpoint.requests();
    let profile = profile(&format!("http://{}/cb", endpoint.addr()), |draft| {
        draft.expires_after = "60".to_owned();
    });
    desk.store.save_profiles(vec![profile.clone()]).await.unwrap();
    // More than would disable the profile if they counted as failures.
    let mut old = Vec::new();
    for _ in 0..30 {
        old.push(accept(&desk, &profile, SignedDuration::from_secs(61)).await);
    }
    let recent = accept(&desk, &profile, SignedDuration::from_secs(5)).await;
    assert_eq!(desk.ended(recent).await.summary.state, DeliveryState::Delivered);
    for id in &old {
        let details = desk.ended(*id).await;
        assert_eq!(details.summary.state, DeliveryState::Failed);
        let expired = (ErrorClass::Expired, "expired: not sent within 60 s of its acceptance".to_owned());
        assert_eq!(failure(&details), expired);
        assert_eq!((details.attempts.len(), details.attempts[0].address), (1, None));
    }
    assert_eq!(arrived(&mut requests), 1);
    let filter = Filter { state: Some(StateFilter::Expired), ..Filter::default() };
    let listed: Vec<DeliveryId> =
        desk.store.deliveries(&filter).await.unwrap().into_iter().map(|row| row.id).rev().collect();
    assert_eq!(listed, old);
    assert_eq!(desk.store.profile(&profile.id).await.unwrap().unwrap().status, Status::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_would_be_too_late_is_not_awaited() {
    let desk = Desk::new();
    let endpoint = endpoint(503).await;
    let mut requests = endpoint.requests();
    let profile = profile(&format!("http://{}/cb", endpoint.addr()), |draft| {
        draft.expires_after = "2".to_owned();
        draft.retry_count = "2".to_owned();
        draft.retry_interval = "3600".to_owned();
        draft.retry_timeout = "5000".to_owned();
    });
    desk.store.save_profiles(vec![profile.clone()]).await.unwrap();
    let id = accept(&desk, &profile, SignedDuration::ZERO).await;
    let details = desk.ended(id).await;
    assert_eq!(failure(&details).0, ErrorClass::Expired);
    let classes: Vec<_> =
        details.attempts.iter().map(|a| a.error.as_ref().map(|error| error.class)).collect();
    assert_eq!(classes, [Some(ErrorClass::Status), Some(ErrorClass::Expired)]);
    let waited = details.attempts[1].started_at.duration_since(details.summary.accepted_at);
    assert!(waited >= SignedDuration::from_secs(2), "{waited}");
    assert_eq!(arrived(&mut requests), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expires_while_it_is_blocked_is_not_sent_after_a_resume() {
    let desk = Desk::new();
    let endpoint = endpoint(200).await;
    let mut requests = endpoint.requests();
    let profile = profile(&format!("http://{}/cb", endpoint.addr()), |draft| {
        draft.expires_after = "1".to_owned();
    });
    desk.store.save_profiles(vec![profile.clone()]).await.unwrap();
    desk.store.pause(Some(profile.id.clone())).await.unwrap();
    let id = accept(&desk, &profile, SignedDuration::from_secs(2)).await;
    let accepted = desk.store.delivery(id).await.unwrap().unwrap().summary;
    assert_eq!(accepted.state, DeliveryState::Queued);
    desk.store.resume(Some(profile.id.clone())).await.unwrap();
    assert_eq!(failure(&desk.ended(id).await).0, ErrorClass::Expired);
    assert_eq!(arrived(&mut requests), 0);
    // A resend is a new delivery, with a time of its own.
    let resent = DeliveryId::generate();
    desk.store.resend(id, resent, jiff::Timestamp::now()).await.unwrap();
    assert_eq!(desk.ended(resent).await.summary.state, DeliveryState::Delivered);
}
