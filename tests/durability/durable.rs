//! Invariants of a database after any end of its programs.

use std::collections::HashMap;
use std::path::Path;

use jiff::Timestamp;
use ringback::profile::Choice as _;
use ringback::record::{DeliveryId, DeliveryState, Summary};
use ringback::storage::{
    Counts, Filter, Log as _, RollupBy, RollupKey, RollupQuery, RollupRange, StateFilter, Store,
};

/// The maximum number of deliveries in one page.
const PAGE: usize = 1000;

/// Checks the file, that no delivery is in two states, and that the counts are correct. Returns all deliveries.
#[track_caller]
pub fn check(path: &Path) -> HashMap<DeliveryId, Summary> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = Store::open(path).unwrap();
    let all = runtime.block_on(check_open(&store));
    drop(store);
    integrity(path);
    all
}

/// The same for an open database.
pub async fn check_open(store: &Store) -> HashMap<DeliveryId, Summary> {
    integrity(store.path());
    let mut all = HashMap::new();
    let mut counts = Counts::default();
    for state in DeliveryState::ALL {
        let listed = listed(store, Some(StateFilter::Is(*state))).await;
        let count = match state {
            DeliveryState::Queued => &mut counts.queued,
            DeliveryState::Waiting => &mut counts.waiting,
            DeliveryState::Delivered => &mut counts.delivered,
            DeliveryState::Failed => &mut counts.failed,
            DeliveryState::Cancelled => &mut counts.cancelled,
        };
        *count = listed.len() as u64;
        for summary in listed {
            assert_eq!(summary.state, *state);
            assert_eq!(summary.due_at.is_some(), state.is_pending(), "{summary:?}");
            let twice = all.insert(summary.id, summary);
            assert!(twice.is_none(), "in two states: {twice:?} and {state:?}");
        }
    }
    assert_eq!(store.counts().await.unwrap(), counts, "the tallies fit");
    assert_eq!(listed(store, None).await.len(), all.len(), "the list of all has each once");
    for summary in all.values() {
        let details = store.delivery(summary.id).await.unwrap().unwrap();
        let tries: Vec<u32> = details.attempts.iter().map(|attempt| attempt.n).collect();
        assert_eq!(tries, (1..=summary.attempts).collect::<Vec<_>>(), "{summary:?}");
    }
    numbers(store, &counts, all.len() as u64).await;
    all
}

/// The numbers are those of the log: nothing was removed from it.
async fn numbers(store: &Store, counts: &Counts, accepted: u64) {
    let db = rusqlite::Connection::open(store.path()).unwrap();
    let mut select = db
        .prepare("SELECT status, class, count(*) FROM attempt GROUP BY status, class ORDER BY status, class")
        .unwrap();
    let results = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?))).unwrap();
    let mut results: Vec<(Option<u16>, Option<String>, u64)> = results
        .map(|row| row.map(|(status, class, n)| (status, class, n.unsigned_abs())))
        .collect::<Result<_, _>>()
        .unwrap();
    // Some tests have clocks of their own.
    let range = RollupRange::of(Timestamp::MIN, Timestamp::MAX, Timestamp::MAX);
    let query = RollupQuery { range, profiles: None, by: RollupBy::Total };
    let rollup = store.rollups(query).await.unwrap().remove(&RollupKey::Total).unwrap_or_default();
    let states = (rollup.accepted(), rollup.delivered(), rollup.failed(), rollup.cancelled());
    assert_eq!(states, (accepted, counts.delivered, counts.failed, counts.cancelled), "the numbers fit");
    let mut counted: Vec<_> = rollup
        .results()
        .into_iter()
        .map(|result| (result.status, result.class.map(str::to_owned), result.attempts))
        .collect();
    results.sort_unstable();
    counted.sort_unstable();
    assert_eq!(counted, results, "the attempts fit");
}

async fn listed(store: &Store, state: Option<StateFilter>) -> Vec<Summary> {
    let mut all: Vec<Summary> = Vec::new();
    loop {
        let before = all.last().map(|last| last.position);
        let filter = Filter { state, before, limit: PAGE, ..Filter::default() };
        let page = store.deliveries(&filter).await.unwrap();
        let ended = page.len() < PAGE;
        all.extend(page);
        if ended {
            return all;
        }
    }
}

#[track_caller]
fn integrity(path: &Path) {
    let db = rusqlite::Connection::open(path).unwrap();
    let checked: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(checked, "ok");
    let broken = db.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap();
    assert!(!broken, "a row belongs to none");
}
