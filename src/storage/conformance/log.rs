//! Pages of the log, and counts.

use super::*;
use crate::profile::Choice as _;
use crate::storage::{BoundedCount, Counts, Filter, StateFilter};

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

/// All pages of seven, concatenated.
async fn pages(store: &dyn Storage, mut filter: Filter) -> Vec<crate::record::Summary> {
    filter.limit = 7;
    let mut all = Vec::new();
    loop {
        let page = store.deliveries(&filter).await.unwrap();
        assert!(page.len() <= 7);
        let Some(last) = page.last() else { return all };
        filter.before = Some(last.position);
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

pub async fn a_count_of_a_profile_is_exact_or_says_that_there_may_be_more(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    many(subject).await;
    let all = DeliveryState::ALL;
    let pending = [DeliveryState::Queued, DeliveryState::Waiting];
    for states in [all, &pending, &all[2..3], &all[3..4], &all[4..]] {
        let of_profile = async |id, most| store.count_of_profile(&id, states, most).await.unwrap();
        let wanted = 3 * states.len() as u64;
        for id in [profile_id(0), profile_id(1)] {
            assert_eq!(of_profile(id.clone(), 1000).await, BoundedCount::exact(wanted), "{states:?}");
            let some = of_profile(id, 2).await;
            assert!(some.n <= 2 && !some.is_exact, "{states:?}: {some:?}");
        }
        assert_eq!(of_profile(profile_id(9), 1000).await, BoundedCount::exact(0));
    }
}

pub async fn the_end_of_a_delivery_and_its_endpoint_are_listed(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let origins = ["https://a.example", "https://b.example", "https://c.example", "https://d.example"];
    let all = origins.map(delivery);
    let ids = all.clone().map(|new| new.id);
    store.enqueue(all.to_vec()).await.unwrap();
    record(subject, ids[1], 1, Next::Delivered).await;
    record(subject, ids[2], 1, Next::Failed).await;
    store.cancel(ids[3]).await.unwrap();
    let listed = store.deliveries(&Filter::default()).await.unwrap();
    for (at, id) in ids.iter().enumerate() {
        let row = listed.iter().find(|row| row.id == *id).unwrap();
        assert_eq!(&*row.origin, origins[at]);
        assert_eq!(row.ended_at.is_some(), at > 0, "{row:?}");
        assert_eq!(store.delivery(*id).await.unwrap().unwrap().summary, *row);
    }
    for (id, n) in [(ids[1], 1), (ids[2], 1)] {
        let details = store.delivery(id).await.unwrap().unwrap();
        let attempt = &details.attempts[n - 1];
        let end = attempt.started_at + jiff::SignedDuration::from_millis(attempt.duration_ms.into());
        assert_eq!(details.summary.ended_at, Some(end));
    }
}

pub async fn a_delivery_that_is_not_there_is_none(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    assert!(store.delivery(DeliveryId::generate()).await.unwrap().is_none());
}

pub async fn a_position_is_that_of_acceptance_whatever_the_ids_say(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    // Several hosts accept, whose clocks differ by minutes.
    let minutes = [50, 10, 40, 0, 30, 20, 60, 5];
    let all: Vec<NewDelivery> = minutes.iter().map(|minute| accepted(minute * 60_000)).collect();
    for new in &all[..6] {
        store.enqueue(vec![new.clone()]).await.unwrap();
    }
    let ids = |rows: &[crate::record::Summary]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
    let of = |places: &[usize]| places.iter().map(|place| all[*place].id).collect::<Vec<_>>();

    // A delivery accepted between two pages is in neither, even if its id would fit.
    let first = store.search(&Filter { limit: 3, ..Filter::default() }, 100).await.unwrap();
    assert_eq!(ids(&first.rows), of(&[5, 4, 3]));
    store.enqueue(vec![all[6].clone()]).await.unwrap();
    store.enqueue(vec![all[7].clone()]).await.unwrap();
    let next = Filter { before: first.next, limit: 9, ..Filter::default() };
    assert_eq!(ids(&store.deliveries(&next).await.unwrap()), of(&[2, 1, 0]));
    // A follower finds it as the newest.
    let newest = store.deliveries(&Filter { limit: 2, ..Filter::default() }).await.unwrap();
    assert_eq!(ids(&newest), of(&[7, 6]));
    assert!(newest.iter().all(|row| Some(row.position) > first.newest));

    // The same by state, by profile and by time.
    let pending = Filter { state: Some(StateFilter::Pending), ..Filter::default() };
    let of_profile = Filter { profile: Some(profile_id(1)), ..Filter::default() };
    for filter in [pending, of_profile] {
        assert_eq!(ids(&pages(store, filter).await), of(&[7, 6, 5, 4, 3, 2, 1, 0]));
    }
    let time = |minute: i64| Some(at(minute * 60_000));
    let between = Filter { since: time(10), until: time(41), ..Filter::default() };
    assert_eq!(ids(&pages(store, between.clone()).await), of(&[5, 4, 2, 1]));
    assert_eq!(store.count(&between).await.unwrap(), 4);
}

pub async fn of_a_long_log_what_is_of_a_time_is_found_wherever_it_is(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    // A clock was an hour ahead for a while, and an hour behind for another.
    let minute = |n: i64| match n {
        500..510 => n + 60,
        900..910 => n - 60,
        _ => n,
    };
    let all: Vec<NewDelivery> = (0..1500).map(|n| accepted(minute(n) * 60_000)).collect();
    store.enqueue(all.clone()).await.unwrap();
    for (since, until) in [(560, 570), (840, 850), (0, 10), (1490, 9000), (300, 301), (5000, 6000)] {
        let (since, until) = (at(since * 60_000), at(until * 60_000));
        let is_of_time = |new: &&NewDelivery| (since..until).contains(&new.accepted_at);
        let wanted: Vec<_> = all.iter().rev().filter(is_of_time).map(|new| new.id).collect();
        let filter = Filter { since: Some(since), until: Some(until), ..Filter::default() };
        let found: Vec<_> = pages(store, filter.clone()).await.iter().map(|row| row.id).collect();
        assert_eq!(found, wanted, "{since} to {until}");
        assert_eq!(store.count(&filter).await.unwrap(), wanted.len() as u64);
    }
}

pub async fn no_position_is_used_twice_and_one_that_is_gone_is_known(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let all: Vec<NewDelivery> = (1..4).map(accepted).collect();
    store.enqueue(all.clone()).await.unwrap();
    let position = async |place: usize| store.position(all[place].id).await.unwrap();
    let (first, gone) = (position(0).await, [position(1).await, position(2).await]);
    assert!(first < gone[0] && gone[0] < gone[1]);
    for new in &all[1..] {
        assert!(store.cancel(new.id).await.unwrap() && remove(store, new.id).await);
    }
    let new = accepted(9);
    store.enqueue(vec![new.clone()]).await.unwrap();
    let position_of_new = store.position(new.id).await.unwrap();
    assert!(position_of_new > gone[1], "{position_of_new:?} was used before: {gone:?}");
    // A page may end at a delivery that is removed before the next page is requested.
    let before = Some(store.position(all[2].id).await.unwrap());
    let older = store.deliveries(&Filter { before, ..Filter::default() }).await.unwrap();
    assert_eq!(older.iter().map(|row| row.id).collect::<Vec<_>>(), [all[0].id]);
    let none = store.position(DeliveryId::first_at(at(0))).await.unwrap();
    assert!(none < first);
}

pub async fn what_is_queued_of_many_profiles_is_listed_in_order(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let mut all = Vec::new();
    for profiles in [3, 100] {
        let of = |n: u128| NewDelivery {
            profile_id: profile_id(n * 7 % profiles),
            ..delivery("https://hooks.example")
        };
        let new: Vec<_> = (0..150).map(of).collect();
        all.extend(new.iter().map(|new| new.id));
        store.enqueue(new).await.unwrap();
        let wanted: Vec<_> = all.iter().rev().copied().collect();
        for state in [StateFilter::Is(DeliveryState::Queued), StateFilter::Pending] {
            let filter = Filter { state: Some(state), ..Filter::default() };
            let found: Vec<_> = pages(store, filter.clone()).await.iter().map(|row| row.id).collect();
            assert_eq!(found, wanted, "{profiles} profiles");
            assert_eq!(store.count(&filter).await.unwrap(), wanted.len() as u64);
        }
    }
}
