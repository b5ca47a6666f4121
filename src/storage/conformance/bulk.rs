//! Bulk changes.

use super::*;
use crate::record::DeliveryState;
use crate::storage::control::bulk::BATCH;
use crate::storage::retention::policy::MOST_ROWS;
use crate::storage::{BulkResult, Change, Filter, StateFilter, change_next};

/// Runs it to the end. Returns the total result, and the number of batches.
async fn all(store: &dyn Storage, change: Change, filter: Filter) -> (BulkResult, usize) {
    let mut next = Some(change.of(filter));
    let (mut all, mut batches) = (BulkResult::default(), 0);
    while let Some(filter) = next {
        let (did, after) = change_next(store, change, &filter, None).await.unwrap();
        assert!(did.done() + did.left <= BATCH as u64);
        all.add(did);
        (next, batches) = (after, batches + 1);
    }
    (all, batches)
}

/// Accepts this many deliveries, and ends each like this.
async fn ended(subject: &dyn StoreUnderTest, n: usize, next: Next) -> Vec<NewDelivery> {
    let new: Vec<_> = (0..n).map(|_| delivery("https://hooks.example")).collect();
    subject.store().enqueue(new.clone()).await.unwrap();
    let records = new.iter().map(|new| record(subject, new.id, 1, next));
    futures_util::future::join_all(records).await;
    new
}

pub async fn what_is_pending_is_cancelled_batch_by_batch(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    ended(subject, 450, Next::Retry(at(9_000))).await;
    ended(subject, 7, Next::Delivered).await;
    let (did, batches) = all(store, Change::Cancel, Filter::default()).await;
    assert_eq!((did.cancelled, did.left, batches), (450, 0, 3));
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.waiting, counts.cancelled, counts.delivered), (0, 450, 7));
    assert_eq!(all(store, Change::Cancel, Filter::default()).await.0.done(), 0);
}

pub async fn what_waits_is_due_and_what_has_failed_is_sent_again_once(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let far = Timestamp::now() + std::time::Duration::from_hours(1);
    let waiting = ended(subject, 5, Next::Retry(far)).await;
    ended(subject, 300, Next::Failed).await;
    ended(subject, 5, Next::Delivered).await;
    let before = store.counts().await.unwrap();
    let (did, _) = all(store, Change::Retry, Filter::default()).await;
    assert_eq!((did.due, did.again, did.left), (5, 300, 0));
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.failed, counts.queued), (before.failed, before.queued + 300));
    for new in &waiting {
        let row = store.delivery(new.id).await.unwrap().unwrap().summary;
        assert!(row.due_at < Some(far) && row.state == DeliveryState::Waiting);
    }
    let delivered = Filter { state: Some(StateFilter::Is(DeliveryState::Delivered)), ..Filter::default() };
    assert_eq!(all(store, Change::Retry, delivered.clone()).await.0.again, 5, "asked for in so many words");
    for filter in [Filter::default(), delivered] {
        let filter = Change::Retry.of(filter);
        assert_eq!(
            store.count(&filter).await.unwrap(),
            if filter.states().contains(&DeliveryState::Waiting) { 5 } else { 0 }
        );
        let (did, _) = all(store, Change::Retry, filter).await;
        assert_eq!((did.again, did.left), (0, 0), "what was sent again is not sent once more");
    }
}

pub async fn what_cannot_be_sent_again_does_not_keep_the_others(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    ended(subject, 3, Next::Failed).await;
    let failure = Failure { class: ErrorClass::Request, message: "no".to_owned() };
    let empty = NewDelivery { request: Err(failure), ..delivery("https://hooks.example") };
    store.enqueue(vec![empty]).await.unwrap();
    ended(subject, 3, Next::Failed).await;
    let (did, _) = all(store, Change::Retry, Filter::default()).await;
    assert_eq!((did.again, did.left), (6, 1));
    assert!(did.why.unwrap().contains("has no request to resend"));
}

pub async fn others_write_between_two_batches(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    ended(subject, 600, Next::Failed).await;
    let filter = Change::Remove.of(Filter::default());
    let (did, after) = change_next(store, Change::Remove, &filter, None).await.unwrap();
    assert!(did.removed.deliveries + did.removed.attempts <= MOST_ROWS);
    let new = delivery("https://hooks.example");
    store.enqueue(vec![new.clone()]).await.unwrap();
    assert!(store.counts().await.unwrap().failed > 0, "there is more to do");
    let mut next = after;
    while let Some(filter) = next {
        next = change_next(store, Change::Remove, &filter, None).await.unwrap().1;
    }
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.failed, counts.queued), (0, 1));
}

pub async fn it_goes_on_where_it_was_left(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    ended(subject, 500, Next::Failed).await;
    let filter = Change::Retry.of(Filter::default());
    let (did, _) = change_next(store, Change::Retry, &filter, None).await.unwrap();
    let before = store.position(did.last.unwrap()).await.unwrap();
    let rest = Filter { before: Some(before), ..Filter::default() };
    assert_eq!(all(store, Change::Retry, rest).await.0.again + did.again, 500);
}
