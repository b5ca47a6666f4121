//! Pages of the log, and counts.

use super::*;
use crate::storage::{Counts, Filter, StateFilter};

/// Thirty deliveries of two profiles, in all states; oldest first.
async fn many(subject: &dyn StoreUnderTest) -> Vec<NewDelivery> {
    let store = subject.store();
    let all: Vec<_> = (0..30)
        .map(|n| NewDelivery { profile_id: profile_id(n % 2), ..delivery("https://hooks.example") })
        .collect();
    store.enqueue(all.clone()).await.unwrap();
    for (n, new) in all.iter().enumerate() {
        match n % 5 {
            0 => record(subject, new.id, 1, Next::Delivered).await,
            1 => record(subject, new.id, 1, Next::Failed).await,
            2 => record(subject, new.id, 1, Next::Retry(at(9_000))).await,
            3 => assert!(store.cancel(new.id).await.unwrap()),
            _ => {}
        }
    }
    all
}

/// All pages of seven, put together.
async fn pages(store: &dyn Storage, mut filter: Filter) -> Vec<crate::record::Summary> {
    filter.limit = 7;
    let mut all = Vec::new();
    loop {
        let page = store.deliveries(&filter).await.unwrap();
        assert!(page.len() <= 7);
        let Some(last) = page.last() else { return all };
        filter.before = Some(last.id);
        all.extend(page);
    }
}

pub async fn pages_together_are_all_and_newest_first(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let all = many(subject).await;
    let wanted = |keep: &dyn Fn(usize, &NewDelivery) -> bool| -> Vec<DeliveryId> {
        all.iter().enumerate().rev().filter(|(n, new)| keep(*n, new)).map(|(_, new)| new.id).collect()
    };
    let got = async |filter| -> Vec<DeliveryId> {
        pages(store, filter).await.into_iter().map(|row| row.id).collect()
    };
    let state = |state| Filter { state: Some(state), ..Filter::default() };
    let profile = |filter| Filter { profile: Some(profile_id(1)), ..filter };

    assert_eq!(got(Filter::default()).await, wanted(&|_, _| true));
    assert_eq!(got(state(StateFilter::Is(DeliveryState::Failed))).await, wanted(&|n, _| n % 5 == 1));
    assert_eq!(got(state(StateFilter::Pending)).await, wanted(&|n, _| matches!(n % 5, 2 | 4)));
    assert_eq!(got(profile(Filter::default())).await, wanted(&|_, new| new.profile_id == profile_id(1)));
    assert_eq!(
        got(profile(state(StateFilter::Is(DeliveryState::Cancelled)))).await,
        wanted(&|n, new| n % 5 == 3 && new.profile_id == profile_id(1))
    );
}

pub async fn counts_follow_every_change(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    assert_eq!(store.counts().await.unwrap(), Counts::default());
    let all = many(subject).await;
    let even = Counts { queued: 6, waiting: 6, delivered: 6, failed: 6, cancelled: 6 };
    assert_eq!(store.counts().await.unwrap(), even);
    let gone = all[0].id;
    assert!(remove(store, gone).await);
    assert_eq!(store.counts().await.unwrap(), Counts { delivered: 5, ..even });
}

pub async fn a_delivery_that_is_not_there_is_none(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    assert!(store.delivery(DeliveryId::generate()).await.unwrap().is_none());
}
