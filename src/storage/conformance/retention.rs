//! Retention removes old deliveries, and never pending ones.

use jiff::SignedDuration;

use super::*;
use crate::record::DeliveryState;
use crate::storage::retention::policy::MOST_ROWS;
use crate::storage::{Filter, Removed, RetentionPolicy};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Accepts a delivery on this day, and ends it like this.
async fn on_day(subject: &dyn StoreUnderTest, day: i64, next: Option<Next>) -> DeliveryId {
    let new = accepted(day * DAY);
    subject.store().enqueue(vec![new.clone()]).await.unwrap();
    if let Some(next) = next {
        let attempt = Attempt { started_at: at(day * DAY), ..attempt(1, 500) };
        subject.record(new.id, attempt, next).await;
    }
    new.id
}

/// Removes everything outdated. Returns the total.
async fn prune(store: &dyn Storage, policy: RetentionPolicy, now: Timestamp) -> Removed {
    let counted = store.outdated(policy, now).await.unwrap();
    let (mut all, mut after) = (Removed::default(), None);
    loop {
        let (removed, next) = store.prune_next(policy, now, after).await.unwrap();
        all.add(removed);
        after = next;
        if after.is_none() {
            assert_eq!(all, counted, "what was counted is what went");
            return all;
        }
    }
}

async fn ids(store: &dyn Storage) -> Vec<DeliveryId> {
    let all = Filter { limit: usize::MAX, ..Filter::default() };
    store.deliveries(&all).await.unwrap().iter().rev().map(|row| row.id).collect()
}

pub async fn what_ended_long_ago_goes_and_what_is_pending_stays(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let pending = [on_day(subject, 0, None).await, on_day(subject, 0, Some(Next::Retry(at(1)))).await];
    on_day(subject, 1, Some(Next::Failed)).await;
    on_day(subject, 1, Some(Next::Delivered)).await;
    let young = on_day(subject, 9, Some(Next::Failed)).await;
    // Accepted long ago, and cancelled just now.
    let cancelled = on_day(subject, 0, None).await;
    assert!(store.cancel(cancelled).await.unwrap());
    let keep = RetentionPolicy { days: 5, deliveries: 0 };
    assert_eq!(prune(store, keep, at(5 * DAY)).await, Removed::default());
    assert_eq!(prune(store, keep, at(10 * DAY)).await, Removed { deliveries: 2, attempts: 2 });
    assert_eq!(ids(store).await, [pending[0], pending[1], young, cancelled]);
    let all = RetentionPolicy { days: 0, deliveries: 0 };
    assert_eq!(prune(store, all, at(90 * DAY)).await, Removed::default());
}

pub async fn of_too_many_the_oldest_go(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let mut all = Vec::new();
    for day in 0..40 {
        let next = if day % 3 == 0 { Next::Delivered } else { Next::Failed };
        all.push(on_day(subject, day, Some(next)).await);
    }
    let pending = on_day(subject, 0, None).await;
    let keep = RetentionPolicy { days: 0, deliveries: 15 };
    assert_eq!(prune(store, keep, at(0)).await.deliveries, 25);
    assert_eq!(ids(store).await, [&all[25..], &[pending]].concat());
    // By age, and then the rest by number.
    let keep = RetentionPolicy { days: 10, deliveries: 5 };
    assert_eq!(prune(store, keep, at(40 * DAY)).await.deliveries, 10);
    assert_eq!(ids(store).await, [&all[35..], &[pending]].concat());
}

pub async fn what_a_clock_that_was_ahead_accepted_keeps_nothing_else(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let mut young = Vec::new();
    for day in [30, 1, 31, 2, 30, 32, 1] {
        let id = on_day(subject, day, Some(Next::Failed)).await;
        young.extend(Some(id).filter(|_| day > 2));
    }
    let keep = RetentionPolicy { days: 5, deliveries: 0 };
    assert_eq!(prune(store, keep, at(10 * DAY)).await, Removed { deliveries: 3, attempts: 3 });
    assert_eq!(ids(store).await, young);
}

pub async fn a_long_log_goes_a_few_rows_at_a_time(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let all: Vec<_> = (0..600).map(accepted).collect();
    store.enqueue(all.clone()).await.unwrap();
    for new in &all {
        record(subject, new.id, 1, Next::Failed).await;
    }
    let keep = RetentionPolicy { days: 0, deliveries: 1 };
    let (removed, next) = store.prune_next(keep, at(0), None).await.unwrap();
    assert!(removed.deliveries + removed.attempts <= MOST_ROWS && next.is_some(), "{removed:?}");
    assert_eq!(removed.deliveries + prune(store, keep, at(0)).await.deliveries, 599);
    assert_eq!(ids(store).await, [all[599].id]);
    assert_eq!(store.counts().await.unwrap().failed, 1);
}

pub async fn a_clock_that_is_far_ahead_is_doubted_until_it_is_trusted(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    let seen = profile(1, "Order SMS").modified_at;
    assert_eq!(store.doubt_clock(seen).await.unwrap(), None);
    let ahead = seen + SignedDuration::from_hours(24 * 30);
    assert!(store.clock_doubt(ahead).await.unwrap().is_some());
    let doubt = store.doubt_clock(ahead).await.unwrap().unwrap();
    assert_eq!((doubt.seen, doubt.until), (seen, ahead + SignedDuration::from_hours(24)));
    assert_eq!(store.doubt_clock(doubt.until).await.unwrap(), None, "it has run on for a day");
    let further = doubt.until + SignedDuration::from_hours(24 * 30);
    assert!(store.clock_doubt(further).await.unwrap().is_some());
    store.trust_clock(further).await.unwrap();
    assert_eq!(store.doubt_clock(further).await.unwrap(), None);
}

pub async fn a_profile_that_cannot_be_restored_goes_with_its_pause(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    store.enqueue(vec![delivery("https://hooks.example")]).await.unwrap();
    store.pause(Some(profile_id(1))).await.unwrap();
    store.delete_profile(&profile_id(1)).await.unwrap();
    let until = store.deleted_profiles().await.unwrap()[0].restorable_until();
    let hour = SignedDuration::from_hours(1);
    assert_eq!(store.purge_profiles(until - hour).await.unwrap(), 0);
    assert!(!store.is_moving(None).await.unwrap());
    assert_eq!(store.purge_profiles(until + hour).await.unwrap(), 1);
    assert!(store.blocks().await.unwrap().is_empty() && store.is_moving(None).await.unwrap());
    let pending = Filter { limit: 9, ..Filter::default() };
    assert_eq!(
        store.deliveries(&pending).await.unwrap()[0].state,
        DeliveryState::Queued,
        "the sender fails it"
    );
}
