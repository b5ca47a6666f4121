//! Bulk retries and resends, and what became of them.

use super::*;
use crate::record::{BulkId, DeliveryState};
use crate::storage::{
    BulkAction, BulkResult, Change, Filter, NewBulkAction, SCAN_LIMIT, StateFilter, change_next,
};

/// Accepts this many deliveries, and ends an attempt of each like this.
async fn attempted(subject: &dyn StoreUnderTest, n: usize, next: Next) -> Vec<NewDelivery> {
    let new: Vec<_> = (0..n).map(|_| delivery("https://hooks.example")).collect();
    subject.store().enqueue(new.clone()).await.unwrap();
    futures_util::future::join_all(new.iter().map(|new| record(subject, new.id, 1, next))).await;
    new
}

/// Runs a bulk action on what matches.
async fn act(store: &dyn Storage, filter: Filter, begun_at: Timestamp) -> (BulkId, BulkResult) {
    let id = BulkId::generate();
    let filter = Change::Retry.of(filter);
    let wanted = store.count(&filter).await.unwrap();
    let what = "failed deliveries".to_owned();
    store.begin_bulk_action(NewBulkAction { id, begun_at, what, wanted }).await.unwrap();
    let (mut next, mut all) = (Some(filter), BulkResult::default());
    while let Some(filter) = next {
        let (did, after) = change_next(store, Change::Retry, &filter, Some(id)).await.unwrap();
        all.add(did);
        next = after;
    }
    (id, all)
}

async fn known(store: &dyn Storage, id: BulkId) -> BulkAction {
    store.bulk_action(id).await.unwrap().unwrap()
}

/// The deliveries of an action in a state.
async fn listed(store: &dyn Storage, id: BulkId, state: StateFilter) -> Vec<DeliveryId> {
    let filter = Filter { bulk: Some(id), state: Some(state), limit: 3, ..Filter::default() };
    let (mut found, mut next) = (Vec::new(), Some(filter.clone()));
    while let Some(filter) = next {
        let page = store.search(&filter, SCAN_LIMIT).await.unwrap();
        found.extend(page.rows.iter().map(|row| row.id));
        next = page.next.map(|before| Filter { before: Some(before), ..filter });
    }
    assert_eq!(store.count(&filter).await.unwrap(), found.len() as u64);
    found
}

pub async fn an_action_knows_what_became_of_what_it_changed(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let far = Timestamp::now() + std::time::Duration::from_hours(1);
    attempted(subject, 4, Next::Delivered).await;
    let waiting = attempted(subject, 2, Next::Retry(far)).await;
    attempted(subject, 205, Next::Failed).await;
    let begun_at = at(1_000);
    let (id, did) = act(store, Filter::default(), begun_at).await;
    let action = known(store, id).await;
    assert_eq!((action.wanted, action.retried, action.resent, action.unchanged), (207, 2, 205, 0));
    assert_eq!((did.due, did.again), (2, 205));
    assert_eq!((action.counts.waiting, action.counts.queued, action.counts.all()), (2, 205, 207));
    assert_eq!((action.what.as_str(), action.begun_at), ("failed deliveries", begun_at));
    assert!(!action.is_over && action.changed_at > begun_at);
    store.end_bulk_action(id).await.unwrap();
    assert!(known(store, id).await.is_over);

    // The new deliveries, and the retried ones: nothing else.
    let resent = listed(store, id, StateFilter::Is(DeliveryState::Queued)).await;
    assert_eq!(resent.len(), 205);
    for new in resent.iter().take(7) {
        record(subject, *new, 1, Next::Failed).await;
    }
    for new in resent.iter().skip(7).take(2) {
        record(subject, *new, 1, Next::Delivered).await;
    }
    record(subject, waiting[0].id, 2, Next::Failed).await;
    assert!(store.cancel(waiting[1].id).await.unwrap());
    let action = known(store, id).await;
    let counts = action.counts;
    assert_eq!((counts.failed, counts.delivered, counts.cancelled, counts.queued), (8, 2, 1, 196));
    assert_eq!((counts.pending(), action.removed()), (196, 0));
    let mut failed = listed(store, id, StateFilter::Is(DeliveryState::Failed)).await;
    let mut wanted: Vec<DeliveryId> = resent[..7].iter().copied().chain([waiting[0].id]).collect();
    failed.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(failed, wanted);
    assert_eq!(listed(store, id, StateFilter::Ended).await.len(), 11);
    let other = Filter { bulk: Some(id), profile: Some(profile_id(999)), ..Filter::default() };
    assert_eq!(store.count(&other).await.unwrap(), 0, "another profile has none of them");
    let none = Filter { bulk: Some(BulkId::generate()), ..Filter::default() };
    assert!(store.search(&none, SCAN_LIMIT).await.unwrap().rows.is_empty());

    // What leaves the log leaves the action, which still knows how many there were.
    let gone = Filter { bulk: Some(id), state: Some(StateFilter::Ended), ..Filter::default() };
    let (removed, _) = change_next(store, Change::Remove, &Change::Remove.of(gone), None).await.unwrap();
    assert_eq!(removed.removed.deliveries, 11);
    let action = known(store, id).await;
    assert_eq!((action.changed(), action.counts.all(), action.removed()), (207, 196, 11));
}

pub async fn actions_are_listed_newest_first_and_kept_with_their_deliveries(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let day = std::time::Duration::from_hours(24);
    let now = Timestamp::now();
    attempted(subject, 3, Next::Failed).await;
    let (first, _) = act(store, Filter::default(), now - 4 * day).await;
    let none = Filter { state: Some(StateFilter::Is(DeliveryState::Cancelled)), ..Filter::default() };
    let (nothing, did) = act(store, none.clone(), now - 3 * day).await;
    assert_eq!(did.done(), 0);
    attempted(subject, 1, Next::Failed).await;
    let (second, did) = act(store, Filter::default(), now - 2 * day).await;
    assert_eq!(did.again, 1);
    let (last, _) = act(store, none, now).await;
    let ids = |all: &[BulkAction]| all.iter().map(|action| action.id).collect::<Vec<_>>();
    let all = store.bulk_actions(10).await.unwrap();
    assert_eq!(ids(&all), [last, second, first], "of {nothing} there is nothing in the log");
    assert_eq!(ids(&store.bulk_actions(2).await.unwrap()), [last, second]);
    assert_eq!(store.bulk_action(nothing).await.unwrap(), None);
}
