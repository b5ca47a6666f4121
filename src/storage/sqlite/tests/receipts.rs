//! What is accepted with a key is in one commit with its receipt.

use super::*;
use crate::record::EventId;
use crate::storage::{
    AcceptRequest, AcceptResult, ContentHash, EventKey, Producer as _, RequestKey, Submission,
};

/// An event with this id.
fn event(id: &str, delivery: NewDelivery) -> Submission {
    let key = EventKey {
        owner: profile_id(1).to_string(),
        id: EventId::parse(id.to_owned()).unwrap(),
        content: ContentHash::of(&[b"same"]),
    };
    Submission { delivery, event: Some(key) }
}

async fn receipts(store: &Store) -> i64 {
    store.read(|tx| Ok(tx.query_row("SELECT count(*) FROM receipt", [], |row| row.get(0))?)).await.unwrap()
}

#[tokio::test]
async fn a_request_that_fails_leaves_nothing() {
    let (_folder, store) = store();
    let first = delivery("https://a.example");
    store.enqueue(vec![first.clone()]).await.unwrap();
    // The second delivery cannot be inserted: its id is used.
    let key = RequestKey {
        owner: "shop".to_owned(),
        key: "k".to_owned(),
        content: ContentHash::of(&[]),
        note: Vec::new(),
    };
    let submissions = vec![event("a", delivery("https://b.example")), event("b", first)];
    let request = AcceptRequest { key: Some(key), ..AcceptRequest::new(submissions) };
    assert!(store.accept(request.clone()).await.is_err());
    assert_eq!((receipts(&store).await, store.counts().await.unwrap().queued), (0, 1));

    // Together with others, it undoes only itself.
    let good = AcceptRequest::new(vec![event("a", delivery("https://c.example"))]);
    let (bad, good) = tokio::join!(store.accept(request), store.accept(good));
    assert!(bad.is_err() && matches!(good, Ok(AcceptResult::Done(_))), "{bad:?} {good:?}");
    assert_eq!((receipts(&store).await, store.counts().await.unwrap().queued), (1, 2));
}

#[tokio::test]
async fn what_is_repeated_writes_nothing() {
    let (_folder, store) = store();
    let again = || AcceptRequest::new(vec![event("a", delivery("https://a.example"))]);
    store.accept(again()).await.unwrap();
    let before = store.revision().await.unwrap();
    store.accept(again()).await.unwrap();
    assert_eq!(store.revision().await.unwrap(), before);
    assert_eq!((receipts(&store).await, store.counts().await.unwrap().queued), (1, 1));
}

#[tokio::test]
async fn a_receipt_that_another_program_changed_is_named() {
    let (_folder, store) = store();
    let again = || AcceptRequest::new(vec![event("a", delivery("https://a.example"))]);
    store.accept(again()).await.unwrap();
    rusqlite::Connection::open(store.path())
        .unwrap()
        .execute("UPDATE receipt SET response = x'00'", [])
        .unwrap();
    let error = store.accept(again()).await.unwrap_err().to_string();
    assert!(error.contains("the receipt of 'a' cannot be read (it has no delivery)"), "{error}");
}
