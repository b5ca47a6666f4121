//! One process hears what another one did.

use std::time::Duration;

use tokio::sync::broadcast;

use super::*;
use crate::storage::postgres::bells::bell::Bell;
use crate::storage::{Describe as _, Queue as _};

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.expect("it happens")
}

#[tokio::test]
async fn a_bell_names_the_lanes_that_something_came_into() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let other = store_at(&database.url());
    let heard = &other.0.heard;
    let mut bells = heard.bells();
    heard.start(&other.0.server);
    soon(heard.is_listening().wait_for(|is| *is)).await.unwrap();
    let mut changes = heard.changes();
    store.enqueue(vec![delivery("https://a.example"), delivery("https://b.example")]).await.unwrap();
    let arrived = async {
        loop {
            if let Ok(Bell::Arrived(lanes)) = bells.recv().await {
                return lanes;
            }
        }
    };
    assert_eq!(soon(arrived).await, [1, 2]);
    soon(changes.changed()).await.unwrap();
}

#[tokio::test]
async fn who_was_cut_off_listens_again_and_looks_at_everything() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let heard = &store.0.heard;
    heard.start(&store.0.server);
    let mut is_listening = heard.is_listening();
    soon(is_listening.wait_for(|is| *is)).await.unwrap();
    let mut changes = heard.changes();
    changes.mark_unchanged();
    database.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
         AND pid <> pg_backend_pid()",
    );
    soon(is_listening.wait_for(|is| !*is)).await.unwrap();
    soon(is_listening.wait_for(|is| *is)).await.unwrap();
    soon(changes.changed()).await.unwrap();
}

/// Waits until this bell is heard.
async fn heard_until(bells: &mut broadcast::Receiver<Bell>, awaited: &Bell) {
    soon(async { while bells.recv().await.unwrap() != *awaited {} }).await;
}

/// As a sender's runtime, which ends with it.
fn on_its_own_runtime<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    std::thread::spawn(|| crate::threads::runtime().unwrap().block_on(work)).join().unwrap()
}

#[tokio::test]
async fn who_leaves_or_closes_rings_before_its_runtime_ends() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let heard = &store.0.heard;
    let mut bells = heard.bells();
    heard.start(&store.0.server);
    soon(heard.is_listening().wait_for(|is| *is)).await.unwrap();
    let other = store_at(&database.url());
    let leaving = other.clone();
    on_its_own_runtime(async move {
        let seat = leaving.join(|_| ()).await.unwrap();
        leaving.0.ringer.changed();
        leaving.leave(seat).await.unwrap();
    });
    heard_until(&mut bells, &Bell::Fleet).await;
    heard_until(&mut bells, &Bell::Changed).await;
    // The runtime ends before the task has run once.
    let closing = other.clone();
    on_its_own_runtime(async move { closing.0.ringer.steered() });
    assert!(other.0.ringer.is_due());
    // On a thread without a runtime, as the program does.
    std::thread::spawn(move || other.close()).join().unwrap();
    heard_until(&mut bells, &Bell::Steered).await;
}
