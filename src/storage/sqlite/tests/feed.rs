//! The feed in a real file.

use std::time::Duration;

use super::pruning::on_day;
use super::*;
use crate::storage::{
    Feed as _, FeedFilter, FeedGapReason, FeedItem, FeedPage, FeedPosition, RetentionPolicy,
};

const DAY: i64 = 24 * 60 * 60 * 1000;

async fn read(store: &Store, after: &FeedPosition) -> FeedPage {
    store.feed(after, &FeedFilter::default(), 1000).await.unwrap()
}

fn ids(page: &FeedPage) -> Vec<DeliveryId> {
    let id = |item: &FeedItem| match item {
        FeedItem::Accepted(row) => Some(row.id),
        _ => None,
    };
    page.entries.iter().filter_map(|entry| id(&entry.item)).collect()
}

async fn number(store: &Store, sql: &'static str) -> i64 {
    store.read(move |tx| Ok(tx.query_row(sql, [], |row| row.get(0))?)).await.unwrap()
}

#[tokio::test]
async fn what_is_removed_from_the_log_goes_and_no_position_is_used_twice() {
    let (_folder, store) = store();
    let from = store.feed_end().await.unwrap();
    let old = on_day(&store, 0, 2, Some(Next::Delivered)).await;
    let seen = read(&store, &from).await;
    assert_eq!((ids(&seen), seen.entries.len()), (vec![old], 3));
    let middle = seen.entries[0].position.clone();
    let end = store.feed_end().await.unwrap();
    assert_eq!(seen.next, end);
    let rows = number(&store, "SELECT count(*) FROM feed").await;
    let keep = RetentionPolicy { days: 0, deliveries: 1 };
    let young = on_day(&store, 100, 1, Some(Next::Delivered)).await;
    store.prune_next(keep, at(200 * DAY), None).await.unwrap();
    assert!(number(&store, "SELECT count(*) FROM feed").await < rows, "entries of what was removed went");
    // A reader that had read everything misses nothing, and gets no gap.
    let later = read(&store, &end).await;
    assert_eq!((later.gap, ids(&later)), (None, vec![young]));
    // One that had not gets one, although nothing is missing that could still be read.
    let late = read(&store, &middle).await;
    assert_eq!(late.gap.map(|gap| gap.why), Some(FeedGapReason::Removed));
    assert_eq!(ids(&late), [young]);
    // Of everything that goes, the last row stays, and numbers continue after it.
    let last = store.feed_end().await.unwrap();
    store.prune_next(RetentionPolicy { days: 1, deliveries: 0 }, at(300 * DAY), None).await.unwrap();
    assert_eq!(number(&store, "SELECT count(*) FROM delivery").await, 0);
    assert_eq!(number(&store, "SELECT count(*) FROM feed").await, 1);
    let next = on_day(&store, 300, 0, None).await;
    let page = read(&store, &last).await;
    assert_eq!((page.gap, ids(&page), page.is_end), (None, vec![next], true));
}

#[tokio::test]
async fn a_position_of_another_state_of_the_file_is_recognized() {
    let (folder, store) = store();
    on_day(&store, 0, 1, Some(Next::Delivered)).await;
    let copy = folder.path().join("copy.db");
    let other = rusqlite::Connection::open(folder.path().join("a.db")).unwrap();
    other.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    drop(other);
    // In the file that was copied, and then lost, things went on.
    on_day(&store, 1, 2, Some(Next::Delivered)).await;
    let position = read(&store, &FeedPosition::start()).await.next;
    drop(store);
    tokio::time::sleep(Duration::from_millis(2)).await;
    let restored = Store::open(&copy).unwrap();
    let page = read(&restored, &position).await;
    assert_eq!(page.gap.map(|gap| gap.why), Some(FeedGapReason::Unknown), "it has no such row");
    for day in 2..5 {
        on_day(&restored, day, 1, Some(Next::Delivered)).await;
    }
    let page = read(&restored, &position).await;
    assert_eq!(page.gap.map(|gap| gap.why), Some(FeedGapReason::Unknown), "the row is another one");
    assert_eq!(ids(&page).len(), 4, "everything that is kept");
}

#[tokio::test]
async fn a_command_that_fails_in_a_shared_transaction_leaves_no_entry() {
    let (_folder, store) = store();
    let from = store.feed_end().await.unwrap();
    let twice = delivery("https://a.example");
    let (one, two) = (delivery("https://a.example"), delivery("https://a.example"));
    let batches = [vec![one.clone()], vec![twice.clone(), twice.clone()], vec![two.clone()]];
    // At about the same time: mostly they share a transaction.
    let results = futures_util::future::join_all(batches.map(|batch| store.enqueue(batch))).await;
    assert!(results[0].is_ok() && results[1].is_err() && results[2].is_ok(), "{results:?}");
    assert_eq!(ids(&read(&store, &from).await), [one.id, two.id]);
}

#[tokio::test]
async fn an_attempt_costs_nine_bytes_and_a_transaction_one_row() {
    let (_folder, store) = store();
    let all: Vec<NewDelivery> = (0..50).map(|_| delivery("https://a.example")).collect();
    store.enqueue(all.clone()).await.unwrap();
    assert_eq!(number(&store, "SELECT count(*) FROM feed").await, 1);
    let mut outcomes = Vec::new();
    for new in &all {
        outcomes.push(outcome(new.id, place(&store, new.id).await, 1, Next::Delivered));
    }
    store.record(outcomes.into()).await.unwrap();
    assert_eq!(number(&store, "SELECT count(*) FROM feed").await, 2);
    assert_eq!(number(&store, "SELECT length(attempts) FROM feed ORDER BY position DESC LIMIT 1").await, 450);
}
