//! Cancelling, retrying, resending and pausing.

use super::*;
use crate::profile::{Choice as _, Event};
use crate::record::DeliveryState;
use crate::storage::{BlockReason, Filter, Problem, StoreError};

async fn summary(store: &dyn Storage, id: DeliveryId) -> crate::record::Summary {
    store.delivery(id).await.unwrap().unwrap().summary
}

pub async fn sent_again_it_differs_by_its_id_only(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let new = delivery("https://hooks.example");
    store.enqueue(vec![new.clone()]).await.unwrap();
    record(subject, new.id, 1, Next::Delivered).await;
    let again = DeliveryId::generate();
    store.resend(new.id, again, at(5_000)).await.unwrap();
    let details = store.delivery(again).await.unwrap().unwrap();
    let mut callback = new.request.unwrap();
    callback.headers[1].1 = again.to_string();
    assert_eq!(details.callback, Some(callback));
    assert_eq!((details.values, details.attempts.len()), (new.values, 0));
    let row = details.summary;
    assert_eq!((row.kind, row.state, row.attempts), (Kind::Again, DeliveryState::Queued, 0));
    assert_eq!((row.accepted_at, row.due_at), (at(5_000), Some(at(5_000))));
    assert_eq!((row.policy, row.event, row.last_status), (new.policy, new.event, None));
    assert_eq!(row.profile_title, new.profile_title);
}

pub async fn what_cannot_be_resent_is_reported(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let nobody = DeliveryId::generate();
    let gone = store.resend(nobody, DeliveryId::generate(), at(0)).await.map_err(of);
    assert_eq!(gone, Err(Problem::NoDelivery(nobody)));
    let failure = Failure { class: ErrorClass::Request, message: "no".to_owned() };
    let empty = NewDelivery { request: Err(failure), ..delivery("https://hooks.example") };
    store.enqueue(vec![empty.clone()]).await.unwrap();
    let none = store.resend(empty.id, DeliveryId::generate(), at(0)).await.map_err(of);
    assert_eq!(none, Err(Problem::NoRequest(empty.id)));
}

pub async fn a_resend_and_its_original_know_each_other(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let new = delivery("https://hooks.example");
    store.enqueue(vec![new.clone(), delivery("https://other.example")]).await.unwrap();
    record(subject, new.id, 1, Next::Failed).await;
    let (first, second) = (DeliveryId::generate(), DeliveryId::generate());
    store.resend(new.id, first, at(5_000)).await.unwrap();
    store.resend(new.id, second, at(6_000)).await.unwrap();
    record(subject, first, 1, Next::Failed).await;
    record(subject, second, 1, Next::Delivered).await;
    let details = async |id| store.delivery(id).await.unwrap().unwrap();

    let original = details(new.id).await;
    let found: Vec<_> = original.resends.iter().map(|row| (row.id, row.state)).collect();
    assert_eq!(found, [(second, DeliveryState::Delivered), (first, DeliveryState::Failed)]);
    assert_eq!((original.summary.resent_from, original.original), (None, None));
    for id in [first, second] {
        let resend = details(id).await;
        assert_eq!(resend.summary.resent_from, Some(new.id));
        assert_eq!(resend.original.map(|row| (row.id, row.state)), Some((new.id, DeliveryState::Failed)));
        assert!(resend.resends.is_empty() && resend.summary.again.is_none());
    }

    let finds = async |text: &str| -> Vec<DeliveryId> {
        let filter = Filter { text: Some(text.to_owned()), ..Filter::default() };
        store.search(&filter, 100).await.unwrap().rows.iter().map(|row| row.id).collect()
    };
    assert_eq!(finds(&format!("resent:{}", new.id)).await, [second, first]);
    assert_eq!(finds("resent:yes").await, [new.id]);
    assert_eq!(finds("resent:no state:failed").await, [first]);

    // What left the log is known by its id.
    assert!(remove(store, new.id).await && remove(store, first).await);
    let resend = details(second).await;
    assert_eq!((resend.summary.resent_from, resend.original), (Some(new.id), None));
}

pub async fn what_has_been_due_for_longest_says_how_far_sending_lags(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let is_due = async || store.longest_due().await.unwrap().is_some();
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    assert!(!is_due().await, "nothing is pending");
    let event = NewDelivery { kind: Kind::Event, ..delivery("https://hooks.example") };
    store.enqueue(vec![event.clone()]).await.unwrap();
    let first = store.longest_due().await.unwrap().expect("it is due");
    let later = NewDelivery { id: DeliveryId::generate(), accepted_at: at(9_000), ..event.clone() };
    store.enqueue(vec![later.clone()]).await.unwrap();
    assert!(store.longest_due().await.unwrap() >= Some(first), "the first one still is");
    store.pause(None).await.unwrap();
    assert!(!is_due().await, "all is blocked");
    let manual = NewDelivery { id: DeliveryId::generate(), kind: Kind::Again, ..event.clone() };
    store.enqueue(vec![manual.clone()]).await.unwrap();
    assert!(is_due().await, "a pause blocks nothing that a person sends");
    record(subject, manual.id, 1, Next::Delivered).await;
    store.resume(None).await.unwrap();
    let in_an_hour = crate::clock::later(Timestamp::now(), jiff::SignedDuration::from_hours(1));
    for id in [event.id, later.id] {
        record(subject, id, 1, Next::Retry(in_an_hour)).await;
    }
    assert!(!is_due().await, "the retries are due later");
    store.retry_now(later.id).await.unwrap();
    assert!(is_due().await, "one is due now");
    store.cancel(later.id).await.unwrap();
    assert!(!is_due().await, "cancelled");
}

pub async fn every_choice_comes_back(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    for event in Event::ALL {
        for kind in Kind::ALL {
            let new = NewDelivery { event: Some(*event), kind: *kind, ..delivery("https://hooks.example") };
            store.enqueue(vec![new.clone()]).await.unwrap();
            let row = summary(store, new.id).await;
            assert_eq!((row.event, row.kind), (Some(*event), *kind));
        }
    }
    for class in ErrorClass::ALL {
        let new = delivery("https://hooks.example");
        store.enqueue(vec![new.clone()]).await.unwrap();
        let mut failed = attempt(1, 500);
        failed.error = Some(Failure { class: *class, message: class.name().to_owned() });
        subject.record(new.id, failed.clone(), Next::Failed).await;
        assert_eq!(summary(store, new.id).await.last_error, failed.error);
    }
}

fn of(error: StoreError) -> Problem {
    error.problem
}

pub async fn a_cancelled_delivery_stays_so_whatever_its_last_attempt_brings(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let new = tested(profile(1, "Order SMS"));
    store.enqueue(vec![new.clone()]).await.unwrap();
    assert!(store.cancel(new.id).await.unwrap());
    assert!(!store.cancel(new.id).await.unwrap());
    record(subject, new.id, 1, Next::Retry(at(9_000))).await;
    let details = store.delivery(new.id).await.unwrap().unwrap();
    assert_eq!((details.summary.state, details.summary.due_at), (DeliveryState::Cancelled, None));
    assert_eq!((details.summary.last_status, details.attempts.len()), (Some(500), 1));
    assert!(!store.retry_now(new.id).await.unwrap());
    assert!(!store.retry_now(DeliveryId::generate()).await.unwrap());
}

pub async fn a_pause_blocks_events_and_nothing_that_a_person_sends(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let of = |n, kind| NewDelivery { kind, profile_id: profile_id(n), ..delivery("https://hooks.example") };
    let (event, test) = (of(1, Kind::Event), of(1, Kind::Test));
    store.enqueue(vec![event.clone(), of(2, Kind::Event)]).await.unwrap();
    assert!(store.is_moving(None).await.unwrap());
    assert!(store.pause(Some(profile_id(1))).await.unwrap());
    assert!(!store.pause(Some(profile_id(1))).await.unwrap(), "it is paused already");
    let blocked = store.blocked(None).await.unwrap();
    assert_eq!((blocked.queued, blocked.waiting, blocked.by.len()), (1, 0, 1));
    assert_eq!(blocked.by[0].why, BlockReason::Paused);
    assert!(store.pause(None).await.unwrap());
    assert_eq!(store.blocked(None).await.unwrap().total(), 2);
    assert!(!store.is_moving(None).await.unwrap());
    store.enqueue(vec![test.clone()]).await.unwrap();
    assert!(store.is_moving(None).await.unwrap(), "a test is to be sent");
    record(subject, test.id, 1, Next::Delivered).await;
    record(subject, event.id, 1, Next::Retry(at(9_000))).await;
    let blocked = store.blocked(None).await.unwrap();
    assert_eq!((blocked.queued, blocked.waiting), (1, 1));
    assert!(store.resume(None).await.unwrap());
    assert!(!store.resume(None).await.unwrap());
    assert_eq!(store.blocked(None).await.unwrap().total(), 1, "the profile keeps a pause of its own");
    assert!(store.resume(Some(profile_id(1))).await.unwrap());
    assert!(store.blocks().await.unwrap().is_empty());
}

pub async fn a_profile_blocks_its_events_while_it_is_disabled_or_deleted(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let mut switched = profile(1, "Order SMS");
    store.enqueue(vec![delivery("https://hooks.example")]).await.unwrap();
    for (status, why) in
        [(Status::Disabled, BlockReason::Disabled), (Status::AutoDisabled, BlockReason::AutoDisabled)]
    {
        switched.status = status;
        store.save_profiles(vec![switched.clone()]).await.unwrap();
        let blocks = store.blocks().await.unwrap();
        assert_eq!(blocks.of_events(&switched.id).map(|block| block.why), Some(why));
        assert_eq!(store.blocked(None).await.unwrap().total(), 1);
    }
    switched.status = Status::Active;
    store.save_profiles(vec![switched.clone()]).await.unwrap();
    assert!(store.blocks().await.unwrap().is_empty());
    assert!(store.delete_profile(&switched.id).await.unwrap());
    let blocks = store.blocks().await.unwrap();
    assert_eq!(blocks.deleted(&switched.id).map(|block| block.title.as_str()), Some("Order SMS"));
    assert_eq!(store.pending_events(&switched.id).await.unwrap(), 1);
    assert_eq!(store.deleted_profiles().await.unwrap()[0].pending, 1);
    assert_eq!(store.restore_last().await.unwrap().unwrap().row.id, switched.id);
    assert!(store.blocks().await.unwrap().is_empty() && store.is_moving(None).await.unwrap());
}
