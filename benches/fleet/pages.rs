//! The first page of each filter of a log of a million deliveries, as a store answers it over a connection that it has.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use ringback::profile::{Choice as _, ProfileId};
use ringback::record::{DeliveryState, ErrorClass};
use ringback::storage::postgres::PgStore;
use ringback::storage::{Filter, Log as _, SCAN_LIMIT, StateFilter, StatusFilter};

use crate::figures::{Figure, percentile};

/// How often each is asked for. The first time the server plans it.
const TIMES: usize = 11;

/// The rows of a page.
const PAGE: usize = 50;

/// A million deliveries.
pub const FILL: &str = include_str!("fill.sql");

/// The filters, each with the name of its figure.
fn filters() -> Vec<(String, Filter)> {
    let mut all = vec![("newest".to_owned(), Filter::default())];
    for state in DeliveryState::ALL {
        let filter = Filter { state: Some(StateFilter::Is(*state)), ..Filter::default() };
        all.push((format!("state {state:?}").to_lowercase(), filter));
    }
    let profile = ProfileId::parse("IN_00000000-0000-4000-8000-000000000007").ok();
    let failed = Some(StateFilter::Is(DeliveryState::Failed));
    all.push(("profile".to_owned(), Filter { profile: profile.clone(), ..Filter::default() }));
    all.push(("profile, failed".to_owned(), Filter { profile, state: failed, ..Filter::default() }));
    let statuses = [
        StatusFilter::Code(200),
        StatusFilter::Code(202),
        StatusFilter::Code(404),
        StatusFilter::Code(418),
        StatusFilter::Hundred(4),
        StatusFilter::Hundred(5),
        StatusFilter::Error(ErrorClass::Timeout),
    ];
    for status in statuses {
        all.push((format!("status {status}"), Filter { statuses: vec![status], ..Filter::default() }));
    }
    let ago = |days: i64| Timestamp::now() - SignedDuration::from_hours(24 * days);
    let time = Filter { since: Some(ago(6)), until: Some(ago(5)), ..Filter::default() };
    all.push(("a day".to_owned(), time.clone()));
    all.push(("a day, failed".to_owned(), Filter { state: failed, ..time }));
    all.push(("event".to_owned(), Filter { text: Some("sms-send".to_owned()), ..Filter::default() }));
    all.into_iter().map(|(name, filter)| (name, Filter { limit: PAGE, ..filter })).collect()
}

/// Milliseconds of each first page; of the slowest when it is asked for the first time; and of a step through rows
/// that do not have a text.
pub async fn measure(store: &PgStore) -> Vec<Figure> {
    let mut figures = Vec::new();
    let mut first = Vec::new();
    for (name, filter) in filters() {
        let mut times = Vec::new();
        for _ in 0..TIMES {
            let began = Instant::now();
            store.search(&filter, SCAN_LIMIT).await.unwrap();
            times.push(ms_since(began));
        }
        first.push(times.remove(0));
        figures.push(Figure::new(
            format!("first page, {name}, ms"),
            percentile(&mut times, 50),
            Some("<= 10"),
        ));
    }
    let newest = store.search(&Filter { limit: 1, ..Filter::default() }, SCAN_LIMIT).await.unwrap();
    let id = newest.rows[0].id.to_string();
    // Those of some minutes start so.
    let start = &id[..9];
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let began = Instant::now();
        assert!(!store.find_deliveries(start).await.unwrap().0.is_empty());
        times.push(ms_since(began));
    }
    figures.push(Figure::new(
        "deliveries by the start of an ID, ms",
        percentile(&mut times, 50),
        Some("<= 10"),
    ));
    figures.push(Figure::new(
        "slowest first page when first asked for, ms",
        percentile(&mut first, 100),
        None,
    ));
    let text = Filter { text: Some("nothing has this".to_owned()), limit: PAGE, ..Filter::default() };
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let began = Instant::now();
        assert!(store.search(&text, SCAN_LIMIT).await.unwrap().next.is_some());
        times.push(ms_since(began));
    }
    figures.push(Figure::new("20 000 rows without a text, ms", percentile(&mut times, 50), None));
    figures
}

fn ms_since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1000.0
}
