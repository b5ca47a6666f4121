//! Pages of the log, and counts.

use crate::profile::catalogue::{Variable, VariableOrigin};
use crate::record::State;
use crate::storage::Log as _;
use crate::storage::{Counts, Filter, Revision, StateFilter, UnsavedDraft};

use super::*;

/// Thirty deliveries of two profiles, in all states; oldest first.
async fn many(store: &Store) -> Vec<NewDelivery> {
    let all: Vec<_> = (0..30)
        .map(|n| NewDelivery { profile_id: profile_id(n % 2), ..delivery("https://hooks.example") })
        .collect();
    store.enqueue(all.clone()).await.unwrap();
    for (n, new) in all.iter().enumerate() {
        match n % 5 {
            0 => record(store, new.id, 1, Next::Delivered).await,
            1 => record(store, new.id, 1, Next::Failed).await,
            2 => record(store, new.id, 1, Next::Retry(at(9_000))).await,
            3 => assert!(store.cancel(new.id).await.unwrap()),
            _ => {}
        }
    }
    all
}

/// All pages of seven, put together.
async fn pages(store: &Store, mut filter: Filter) -> Vec<crate::record::Summary> {
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

#[tokio::test]
async fn pages_together_are_all_and_newest_first() {
    let (_folder, store) = store();
    let all = many(&store).await;
    let wanted = |keep: &dyn Fn(usize, &NewDelivery) -> bool| -> Vec<DeliveryId> {
        all.iter().enumerate().rev().filter(|(n, new)| keep(*n, new)).map(|(_, new)| new.id).collect()
    };
    let got = async |filter| -> Vec<DeliveryId> {
        pages(&store, filter).await.into_iter().map(|row| row.id).collect()
    };
    let state = |state| Filter { state: Some(state), ..Filter::default() };
    let profile = |filter| Filter { profile: Some(profile_id(1)), ..filter };

    assert_eq!(got(Filter::default()).await, wanted(&|_, _| true));
    assert_eq!(got(state(StateFilter::Is(State::Failed))).await, wanted(&|n, _| n % 5 == 1));
    assert_eq!(got(state(StateFilter::Pending)).await, wanted(&|n, _| matches!(n % 5, 2 | 4)));
    assert_eq!(got(profile(Filter::default())).await, wanted(&|_, new| new.profile_id == profile_id(1)));
    assert_eq!(
        got(profile(state(StateFilter::Is(State::Cancelled)))).await,
        wanted(&|n, new| n % 5 == 3 && new.profile_id == profile_id(1))
    );
}

#[tokio::test]
async fn counts_follow_every_change() {
    let (_folder, store) = store();
    assert_eq!(store.counts().await.unwrap(), Counts::default());
    let all = many(&store).await;
    let even = Counts { queued: 6, waiting: 6, delivered: 6, failed: 6, cancelled: 6 };
    assert_eq!(store.counts().await.unwrap(), even);
    let gone = all[0].id;
    assert!(store.write(move |tx| crate::storage::sqlite::retention::prune::remove(tx, gone)).await.unwrap());
    assert_eq!(store.counts().await.unwrap(), Counts { delivered: 5, ..even });
}

#[tokio::test]
async fn a_delivery_that_is_not_there_is_none() {
    let (_folder, store) = store();
    assert!(store.delivery(DeliveryId::generate()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_revision_grows_with_what_changed_only() {
    let (_folder, store) = store();
    let mut last = store.revision().await.unwrap();
    assert_eq!(last, Revision::default());
    let mut grown = async || {
        let now = store.revision().await.unwrap();
        let grown =
            (now.profiles > last.profiles, now.variables > last.variables, now.deliveries > last.deliveries);
        last = now;
        grown
    };
    let (profiles, variables, deliveries) =
        ((true, false, false), (false, true, false), (false, false, true));

    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    assert_eq!(grown().await, profiles);
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    assert_eq!(grown().await, profiles);
    store.delete_profile(&profile_id(1)).await.unwrap();
    assert_eq!(grown().await, profiles);
    store.write(|tx| crate::storage::sqlite::profiles::purge::deleted(tx, Timestamp::MAX)).await.unwrap();
    assert_eq!(grown().await, profiles);

    let variable = Variable {
        name: "tenant".to_owned(),
        origin: VariableOrigin::Own,
        meaning: String::new(),
        sample: json!("x"),
    };
    store.add_variable("default", variable.clone()).await.unwrap();
    assert_eq!(grown().await, variables);
    store.add_variable("default", Variable { meaning: "whose".to_owned(), ..variable }).await.unwrap();
    assert_eq!(grown().await, variables);
    store.remove_variable("default", "tenant").await.unwrap();
    assert_eq!(grown().await, variables);

    let new = delivery("https://hooks.example");
    store.enqueue(vec![new.clone()]).await.unwrap();
    assert_eq!(grown().await, deliveries);
    record(&store, new.id, 1, Next::Retry(at(9_000))).await;
    assert_eq!(grown().await, deliveries);
    record(&store, new.id, 2, Next::Retry(at(9_500))).await;
    assert_eq!(grown().await, deliveries);
    let draft =
        UnsavedDraft { profile_id: profile_id(1), is_new: true, draft: draft("Ord"), edited_at: at(0) };
    store.keep_draft(draft).await.unwrap();
    assert_eq!(grown().await, (false, false, false));
}
