//! Which deliveries match a filter, and how far a search scans at a time.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::profile::Choice as _;
use crate::record::{DeliveryState, Summary};
use crate::storage::{EarlierSearch, Filter, StateFilter, StatusFilter};

/// Sixty deliveries, one second apart, of two profiles and in every state; oldest first.
async fn many(subject: &dyn StoreUnderTest) -> Vec<Summary> {
    let store = subject.store();
    let all: Vec<_> = (0..60)
        .map(|n| NewDelivery {
            profile_id: profile_id(u128::from(n % 7 == 0)),
            profile_title: if n % 3 == 0 { "Order SMS" } else { "Nightly Grüße" }.to_owned(),
            ..accepted(n * 1000)
        })
        .collect();
    store.enqueue(all.clone()).await.unwrap();
    for (n, new) in all.iter().enumerate() {
        match n % 5 {
            0 => record(subject, new.id, 1, Next::Delivered).await,
            1 if n % 10 == 1 => {
                let (class, message) = (ErrorClass::Expired, "expired: not sent".to_owned());
                let error = Some(Failure { class, message });
                subject
                    .record(new.id, Attempt { status: None, error, ..attempt(1, 500) }, Next::Failed)
                    .await;
            }
            1 => record(subject, new.id, 1, Next::Failed).await,
            2 => {
                let mut late = attempt(1, 500);
                let message = "timed out after 5000 ms".to_owned();
                late.status = None;
                late.error = Some(Failure { class: ErrorClass::Timeout, message });
                subject.record(new.id, late, Next::Retry(at(900_000))).await;
            }
            3 => assert!(store.cancel(new.id).await.unwrap()),
            _ => {}
        }
    }
    let filter = Filter { limit: usize::MAX, ..Filter::default() };
    let mut rows = store.deliveries(&filter).await.unwrap();
    rows.reverse();
    assert_eq!(rows.len(), 60);
    rows
}

/// A naive implementation of the same.
fn fits(filter: &Filter, row: &Summary) -> bool {
    let told = format!(
        "{}\nsms-send\nhttps://hooks.example/cb?id=7\nDELIVRD\n{{\"status\":\"DELIVRD\"}}\napplication/json\n{}",
        row.profile_title,
        row.last_error.as_ref().map_or("", |error| &error.message)
    )
    .to_lowercase();
    let text = filter.text.clone().unwrap_or_default().to_lowercase();
    let word = |word: &str| {
        let state = DeliveryState::from_name(word).map(|state| row.state == state);
        let status = || StatusFilter::parse(word).map(|wanted| ended_so(row, wanted));
        let id = word.len() > 3 && row.id.to_string().starts_with(word);
        state.or_else(status).unwrap_or(id || told.contains(word))
    };
    let is_expired = ended_so(row, StatusFilter::Error(ErrorClass::Expired));
    filter.state.is_none_or(|state| state.has(row.state) && (state != StateFilter::Expired || is_expired))
        && filter.profile.as_ref().is_none_or(|id| row.profile_id == *id)
        && filter.since.is_none_or(|since| row.accepted_at >= since)
        && filter.until.is_none_or(|until| row.accepted_at < until)
        && filter.before.is_none_or(|before| row.position < before)
        && (filter.statuses.is_empty() || filter.statuses.iter().any(|wanted| ended_so(row, *wanted)))
        && text.split_whitespace().all(word)
}

fn ended_so(row: &Summary, wanted: StatusFilter) -> bool {
    match wanted {
        StatusFilter::Code(code) => row.last_status == Some(code),
        StatusFilter::Hundred(n) => row.last_status.is_some_and(|status| status / 100 == n),
        StatusFilter::Error(class) => row.last_error.as_ref().is_some_and(|error| error.class == class),
    }
}

fn filters() -> impl Strategy<Value = Filter> {
    let is = |state: &DeliveryState| StateFilter::Is(*state);
    let mut states =
        vec![StateFilter::Pending, StateFilter::Ended, StateFilter::Retriable, StateFilter::Expired];
    states.extend(DeliveryState::ALL.iter().map(is));
    let statuses = vec!["200", "2xx", "500", "5xx", "404", "timeout", "status"];
    let texts = vec![
        "order",
        "GRÜSS",
        "grüß",
        "cb?id=7",
        "timed out",
        "answered",
        "0",
        "nothing",
        "SMS-send",
        "json",
        "delivered",
        "failed order",
        "404",
        "500 answered",
        "timeout",
        "01",
        "018b",
        "status",
    ];
    let time = || prop::option::of((0i64..70).prop_map(|s| at(s * 1000)));
    (
        prop::option::of(prop::sample::select(states)),
        prop::option::of((0u128..3).prop_map(profile_id)),
        prop::collection::vec(prop::sample::select(statuses), 0..3),
        time(),
        time(),
        prop::option::of(prop::sample::select(texts)),
    )
        .prop_map(|(state, profile, statuses, since, until, text)| Filter {
            state,
            profile,
            statuses: statuses.iter().map(|text| StatusFilter::parse(text).unwrap()).collect(),
            since,
            until,
            text: text.map(str::to_owned),
            ..Filter::default()
        })
}

pub async fn a_filter_leaves_what_fits_however_the_pages_and_the_looks_fall(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let all = many(subject).await;
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(300));
    let cases = (filters(), 1usize..9, 1usize..30);
    for _ in 0..300 {
        use proptest::strategy::ValueTree as _;
        let (filter, limit, most) = cases.new_tree(&mut runner).unwrap().current();
        let wanted: Vec<_> = all.iter().rev().filter(|row| fits(&filter, row)).map(|row| row.id).collect();
        assert_eq!(store.count(&filter).await.unwrap(), wanted.len() as u64, "{filter:?}");
        let (mut got, mut next) = (Vec::new(), Some(Filter { limit, ..filter.clone() }));
        while let Some(page) = next {
            let found = store.search(&page, most).await.unwrap();
            assert!(found.rows.len() <= limit);
            assert!(found.next < page.before || page.before.is_none(), "it comes to an end");
            got.extend(found.rows.iter().map(|row| row.id));
            next = found.next.map(|last| Filter { before: Some(last), ..page });
        }
        assert_eq!(got, wanted, "{filter:?}, {limit} a page, {most} a look");
        let whole = store.deliveries(&Filter { limit: 60, ..filter.clone() }).await.unwrap();
        assert_eq!(whole.iter().map(|row| row.id).collect::<Vec<_>>(), wanted);
    }
}

pub async fn a_search_that_came_far_keeps_what_it_found(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let all = many(subject).await;
    let filter = Filter { text: Some("order".to_owned()), limit: 100, ..Filter::default() };
    let mut known = Vec::new();
    let (mut before, mut newest, mut reached) = (None, None, None);
    for _ in 0..3 {
        let found = store.search(&Filter { before, ..filter.clone() }, 15).await.unwrap();
        (newest, before, reached) = (newest.or(found.newest), found.next, found.reached);
        known.extend(found.rows.iter().map(|row| row.position));
    }
    assert_eq!((known.len(), before, reached), (15, Some(all[15].position), Some(all[15].accepted_at)));
    let searched = || EarlierSearch { known: known.clone(), newest, next: before, reached };

    // A known match is removed, a new one added, and all are found without another long search.
    let gone = known[12];
    let gone_id = all.iter().find(|row| row.position == gone).unwrap().id;
    assert!(remove(store, gone_id).await);
    let new = accepted(61_000);
    store.enqueue(vec![new.clone()]).await.unwrap();
    let again = store.resume_search(&filter, searched(), 15).await.unwrap();
    let mut wanted = known.clone();
    wanted.retain(|at| *at != gone);
    let new = store.position(new.id).await.unwrap();
    wanted.insert(0, new);
    assert_eq!(again.rows.iter().map(|row| row.position).collect::<Vec<_>>(), wanted);
    assert_eq!((again.newest, again.next, again.reached), (Some(new), before, reached));

    // More were added than one scan covers: those in between are not skipped.
    store.enqueue((0..30).map(|n| accepted(70_000 + n)).collect()).await.unwrap();
    let again = store.resume_search(&filter, searched(), 15).await.unwrap();
    assert_eq!((again.rows.len(), again.next), (15, again.rows.last().map(|row| row.position)));
}

pub async fn a_delivery_is_found_by_the_start_of_its_id(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let all = many(subject).await;
    let text = all[7].id.to_string();
    let ids = async |text: &str| -> Vec<DeliveryId> {
        store.find_deliveries(text).await.unwrap().0.iter().map(|row| row.id).collect()
    };
    assert_eq!(ids(&text).await, [all[7].id]);
    assert_eq!(ids(&text[..30].to_uppercase()).await, [all[7].id]);
    assert_eq!(ids(&text[..6]).await.len(), 10, "more than ten are not told");
    assert!(ids("ffff").await.is_empty() && ids("order").await.is_empty() && ids("").await.is_empty());
}

pub async fn a_search_for_an_id_looks_at_no_others(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let all: Vec<_> = (0..600).map(|n| accepted(n * 1000)).collect();
    store.enqueue(all.clone()).await.unwrap();
    let (oldest, next) = (all[0].id, all[1].id);
    record(subject, oldest, 1, Next::Failed).await;
    let resend = DeliveryId::generate();
    store.resend(oldest, resend, at(5_000)).await.unwrap();
    store.enqueue((600..1200).map(|n| accepted(n * 1000)).collect()).await.unwrap();

    let (oldest, next) = (oldest.to_string(), next.to_string());
    for (text, wanted) in [
        (format!("id:{oldest}"), vec![all[0].id]),
        (format!("id:{}", oldest.to_uppercase()), vec![all[0].id]),
        (format!("failed id:{}", &oldest[..30]), vec![all[0].id]),
        (format!("id:{oldest} id:{}", &oldest[..8]), vec![all[0].id]),
        (format!("queued id:{oldest}"), vec![]),
        (format!("id:{oldest} id:{next}"), vec![]),
        (format!("id:{}0", &oldest[..35]), if oldest.ends_with('0') { vec![all[0].id] } else { vec![] }),
        (format!("resent:{oldest}"), vec![resend]),
        (format!("resent:{} queued", &oldest[..30]), vec![resend]),
        (format!("resent:{oldest} failed"), vec![]),
        (format!("resent:{next}"), vec![]),
    ] {
        let filter = Filter { text: Some(text.clone()), ..Filter::default() };
        let found = store.search(&filter, 1000).await.unwrap();
        let ids: Vec<_> = found.rows.iter().map(|row| row.id).collect();
        assert_eq!((ids, found.next), (wanted.clone(), None), "{text}");
        assert_eq!(store.count(&filter).await.unwrap(), wanted.len() as u64, "{text}");
        let page = Filter { before: Some(store.position(all[599].id).await.unwrap()), limit: 1, ..filter };
        let before: Vec<_> = store.search(&page, 1000).await.unwrap().rows.iter().map(|row| row.id).collect();
        assert_eq!(before, wanted.into_iter().filter(|id| *id == all[0].id).collect::<Vec<_>>(), "{text}");
    }
}

pub async fn a_whole_profile_id_is_that_profile(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let all = many(subject).await;
    let id = profile_id(1);
    let by_word = |word: &str| Filter { text: Some(format!("failed {word}")), ..Filter::default() };
    let failed = Some(StateFilter::Is(DeliveryState::Failed));
    let by_filter = Filter { profile: Some(id.clone()), state: failed, ..Filter::default() };
    let wanted = store.deliveries(&by_filter).await.unwrap();
    assert!(!wanted.is_empty() && wanted.len() < all.len());
    for word in [format!("profile:{id}"), format!("profile:{}", id.as_str().to_lowercase())] {
        assert_eq!(store.deliveries(&by_word(&word)).await.unwrap(), wanted, "{word}");
    }
    let both = Filter { profile: Some(profile_id(0)), ..by_word(&format!("profile:{id}")) };
    assert_eq!(store.deliveries(&both).await.unwrap(), []);
}

pub async fn what_is_looked_for_is_what_a_person_sees_and_no_middle_of_an_id(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let id = DeliveryId::parse("018bcfe5-f9d6-755b-bd14-33471119ef66").unwrap();
    let mut new = NewDelivery { id, profile_title: "Shop".to_owned(), ..accepted(0) };
    new.values.set("text", json!("Message has been delivered"));
    let request = new.request.as_mut().unwrap();
    request.headers =
        vec![("X-Tenant".to_owned(), "north".to_owned()), ("webhook-id".to_owned(), id.to_string())];
    request.body = br#"{"order":"A-4712"}"#.to_vec();
    store.enqueue(vec![new]).await.unwrap();
    let mut failed = attempt(1, 500);
    failed.response_body = b"no such customer 88".to_vec();
    subject.record(id, failed, Next::Failed).await;
    let finds = async |text: &str| {
        let filter = Filter { text: Some(text.to_owned()), ..Filter::default() };
        let found = store.search(&filter, 100).await.unwrap().rows.len();
        assert_eq!(store.count(&filter).await.unwrap(), found as u64);
        found == 1
    };
    for text in [
        "shop",
        "sms-send",
        "north",
        "a-4712",
        "customer 88",
        "018bcfe5-f9d6",
        "failed",
        "5xx",
        "2023-11-14",
        "22:13",
        "IN_00000000",
        "\"been delivered\"",
        "failed shop 500",
    ] {
        assert!(finds(text).await, "{text}");
    }
    for text in
        ["3471", "4711", "x-tenant", "delivered", "failed 404", "shop nowhere", "2023-11-15", "\"018b\""]
    {
        assert!(!finds(text).await, "{text}");
    }
}
