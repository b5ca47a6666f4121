//! One process hears what another one did.

use std::time::Duration;

use super::*;
use crate::storage::postgres::bells::bell::Bell;

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
