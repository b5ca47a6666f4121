//! The feed on a real server: transactions that are committed late, other servers, days that go, and what a read costs.

use super::*;
use crate::record::{DeliveryId, NewDelivery};
use crate::storage::postgres::connection::server::Purpose;
use crate::storage::postgres::feed::position::Seen;
use crate::storage::postgres::feed::prune::prune;
use crate::storage::postgres::feed::read::{ATTEMPTS, READ};
use crate::storage::{Feed as _, FeedFilter, FeedGapReason, FeedItem, FeedPage, FeedPosition};

async fn read(store: &PgStore, after: &FeedPosition) -> FeedPage {
    store.feed(after, &FeedFilter::default(), 100).await.unwrap()
}

fn ids(page: &FeedPage) -> Vec<DeliveryId> {
    let id = |item: &FeedItem| match item {
        FeedItem::Accepted(row) => Some(row.id),
        _ => None,
    };
    page.entries.iter().filter_map(|entry| id(&entry.item)).collect()
}

fn some(count: usize) -> (Vec<NewDelivery>, Vec<DeliveryId>) {
    let all: Vec<NewDelivery> = (0..count).map(|_| delivery("https://a.example")).collect();
    let ids = all.iter().map(|new| new.id).collect();
    (all, ids)
}

#[tokio::test]
async fn what_is_committed_late_is_read_late_and_stops_nothing() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let other = store_at(&database.url());
    let (held, held_ids) = some(2);
    store.enqueue(held).await.unwrap();
    let from = store.feed_end().await.unwrap();
    // A transaction has its number and its entries, and is open.
    let mut acquired = other.write().await.unwrap();
    acquired.db().unwrap().batch("SET idle_in_transaction_session_timeout = 0").await.unwrap();
    let open = acquired.begin().await.unwrap();
    let entries = "INSERT INTO feed (accepted) SELECT array_agg(seq ORDER BY seq) FROM delivery";
    open.db().execute(entries, &[]).await.unwrap();
    let xid =
        open.db().value::<i64>("SELECT pg_current_xact_id()::text::bigint", &[]).await.unwrap().unwrap();
    let (later, later_ids) = some(3);
    let mut position = from.clone();
    for (new, id) in later.into_iter().zip(&later_ids) {
        store.enqueue(vec![new]).await.unwrap();
        let page = read(&store, &position).await;
        assert_eq!((ids(&page), page.gap, page.is_end), (vec![*id], None, true));
        position = page.next;
    }
    // Other databases of the server have open transactions, too.
    let waits = |position: &FeedPosition| Seen::parse(position).unwrap().snapshot.open.contains(&xid);
    assert!(waits(&position), "it is remembered: {position}");
    open.commit().await.unwrap();
    // For a reader of any of these positions.
    let page = read(&store, &position).await;
    assert_eq!((ids(&page), page.is_end), (held_ids.clone(), true));
    assert!(!waits(&page.next), "{}", page.next);
    let first = store.feed(&position, &FeedFilter::default(), 1).await.unwrap();
    assert_eq!((ids(&first), first.is_end), (vec![held_ids[0]], false));
    let second = read(&store, &first.entries[0].position).await;
    assert_eq!(ids(&second), [held_ids[1]], "in the middle of a transaction");
    assert_eq!(ids(&read(&store, &from).await), [held_ids, later_ids].concat());
    assert_eq!(ids(&read(&store, &page.next).await), []);
}

#[tokio::test]
async fn another_timeline_repeats_and_another_server_begins_anew() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let (all, expected) = some(4);
    for new in all {
        store.enqueue(vec![new]).await.unwrap();
    }
    let end = read(&store, &FeedPosition::start()).await.next;
    assert_eq!(ids(&read(&store, &end).await), []);
    // A standby took over, and gives numbers once more that were lost with the server.
    let mut seen = Seen::parse(&end).unwrap();
    seen.timeline = "000000FF".to_owned();
    seen.snapshot.next += 1000;
    let page = read(&store, &seen.position()).await;
    assert_eq!((ids(&page), page.gap), (expected.clone(), None), "rather twice than never");
    assert_eq!(ids(&read(&store, &page.next).await), []);
    // A dump was restored on another server, whose numbers are smaller.
    database.sql(
        "SET search_path = ringback; UPDATE feed_home SET system = 1;
         INSERT INTO feed (xid, accepted) VALUES ('4000000000', ARRAY[1])",
    );
    let page = read(&store, &end).await;
    assert_eq!(page.gap.map(|gap| gap.why), Some(FeedGapReason::Unknown));
    assert_eq!(ids(&page), expected);
    assert_eq!(database.sql("SELECT count(*) FROM ringback.feed WHERE xid > '3000000000'"), "0");
    let (next, expected) = some(1);
    store.enqueue(next).await.unwrap();
    assert_eq!(ids(&read(&store, &page.next).await), expected);
}

#[tokio::test]
async fn entries_of_days_that_went_go_and_their_readers_are_told() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let (all, expected) = some(2);
    let mut all = all.into_iter();
    store.enqueue(all.by_ref().take(1).collect()).await.unwrap();
    let old = read(&store, &FeedPosition::start()).await.entries[0].position.clone();
    let start = store.feed_end().await.unwrap();
    database.sql("UPDATE ringback.feed SET at = now() - interval '3 days'");
    store.enqueue(all.collect()).await.unwrap();
    prune(store.write().await.unwrap().db().unwrap(), 0).await.unwrap();
    assert_eq!(database.sql("SELECT count(*) FROM ringback.feed"), "1", "that of before yesterday went");
    let mut before = Seen::parse(&old).unwrap();
    before.snapshot.next -= 1;
    let page = read(&store, &before.position()).await;
    assert_eq!(page.gap.map(|gap| gap.why), Some(FeedGapReason::Removed));
    assert!(page.gap.unwrap().since.is_some());
    assert_eq!(ids(&page), expected[1..]);
    let page = read(&store, &start).await;
    assert_eq!((ids(&page), page.gap), (expected[1..].to_vec(), None), "nothing is missing after it");
    // By age of the log, too.
    let tomorrow = crate::clock::now().as_millisecond() + 86_400_000;
    prune(store.write().await.unwrap().db().unwrap(), tomorrow).await.unwrap();
    assert_eq!(database.sql("SELECT count(*) FROM ringback.feed"), "0");
}

#[tokio::test]
async fn a_copy_of_another_database_is_no_change() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let from = store.feed_end().await.unwrap();
    database.sql("UPDATE ringback.meta SET copying_from = 'orders.db'");
    database.sql(
        "INSERT INTO ringback.hold (profile_id, why, since) VALUES ('', 'paused', 1);
         DELETE FROM ringback.hold; UPDATE ringback.meta SET copying_from = NULL",
    );
    assert_eq!(read(&store, &from).await.entries, []);
}

/// The plan of a statement with these values, whatever they are.
fn plan(database: &Database, sql: &str, values: &str) -> String {
    let text = format!(
        "{} PREPARE asked AS {sql}; EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) EXECUTE asked({values})",
        Purpose::Read.settings()
    );
    database.sql(&text)
}

#[tokio::test]
async fn a_read_costs_what_is_new_while_a_transaction_is_held_open() {
    let Some(OnServer { database, .. }) = on_server().await else { return };
    // An hour of transactions, of which the first is open.
    database.sql(
        "INSERT INTO ringback.feed (xid, accepted) SELECT (1000 + n)::text::xid8, ARRAY[n] FROM generate_series(1, 100000) n;
         ANALYZE ringback.feed",
    );
    for (values, rows) in [
        ("0, 0, '{1000}', 100990, 50", 11),
        ("0, 0, '{}', 5000, 50", 50),
        ("6000, 0, '{7000,1000}', 101001, 50", 2),
    ] {
        let plan = plan(&database, READ, values);
        let scans: Vec<&str> =
            plan.lines().filter(|line| line.contains("Scan") && line.contains("feed")).collect();
        assert_eq!(scans.len(), 3, "{plan}");
        assert!(scans.iter().all(|scan| scan.contains("Index Scan using feed_in_order")), "{plan}");
        assert!(!plan.contains("Sort") && !plan.contains("Rows Removed"), "{plan}");
        let first = plan.lines().next().unwrap();
        assert!(first.contains(&format!("rows={rows} ")), "{values}: {plan}");
        let hits = plan.lines().find_map(|line| line.trim().strip_prefix("Buffers: shared hit=")).unwrap();
        let hits: u32 = hits.split(' ').next().unwrap().parse().unwrap();
        assert!(hits < 40, "{values}: {plan}");
    }
    let attempts = plan(&database, ATTEMPTS, "'{1,2}', '{1,1}'");
    assert!(!attempts.contains("Seq Scan on attempt"), "{attempts}");
}
