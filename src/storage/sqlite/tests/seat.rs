//! Waiting for the seat of another session, and what leaving a seat releases.

use std::io::Write as _;

use tokio::sync::mpsc;

use crate::storage::Standby;

use super::*;

#[tokio::test]
async fn who_sends_is_looked_up_again_when_it_may_have_changed() {
    let (folder, store) = store();
    let mut lock = std::fs::File::create(folder.path().join("a.db.lock")).unwrap();
    lock.lock().unwrap();
    lock.write_all(b"7\n").unwrap();
    let (tell, mut told) = mpsc::unbounded_channel();
    let joining = tokio::spawn({
        let store = store.clone();
        async move { store.join(move |standby| tell.send(standby).unwrap_or_default()).await.map(drop) }
    });
    let said = Standby::Active(Some(7));
    while told.recv().await.expect("it waits") != said {}
    lock.set_len(0).unwrap();
    std::io::Seek::rewind(&mut lock).unwrap();
    lock.write_all(b"8\n").unwrap();
    store.enqueue(vec![delivery("https://hooks.example")]).await.unwrap();
    let said = Standby::Active(Some(8));
    while told.recv().await.expect("it waits") != said {}
    drop(lock);
    joining.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_seat_that_is_left_frees_what_it_has_claimed() {
    let (_folder, store) = store();
    store.enqueue(vec![delivery("https://hooks.example")]).await.unwrap();
    let seat = store.join(|_| ()).await.unwrap();
    let claim = || store.claim(Demand::idle(at(0), 10, 16));
    assert_eq!(claim().await.unwrap().jobs.len(), 1);
    assert!(claim().await.unwrap().jobs.is_empty(), "it is claimed");
    drop(seat);
    assert_eq!(claim().await.unwrap().jobs.len(), 1);
}
