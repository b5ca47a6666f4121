//! The schema is made and changed by one process at a time.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::storage::postgres::connection::server::{Purpose, Server};
use crate::storage::postgres::connection::session::Session;
use crate::storage::postgres::schema::migrate::{Target, migrate};
use crate::storage::postgres::schema::steps::{KNOWN, LEAST, STEPS};
use crate::storage::postgres::{Address, Migrated};
use crate::storage::{Problem, Queue as _, QueueError, SenderReport, ServerProblem};

/// Two programs of the next version bring a database to its schema at once; `least` is the oldest schema that a
/// program must know from then on.
async fn migrate_twice(url: &str, least: i64) -> [Migrated; 2] {
    let steps = [STEPS, &["ALTER TABLE meta ADD COLUMN of_the_next_version integer"]].concat();
    let least = [LEAST, &[least]].concat();
    let target = Target::of(&steps, &least);
    let session = || {
        let server = Server::new(Address::parse(url).unwrap());
        Session::new(Arc::new(server), Purpose::Migrate)
    };
    let (one, other) = (session(), session());
    let (one, other) = tokio::join!(migrate(&one, target), migrate(&other, target));
    let mut both = [one.unwrap(), other.unwrap()];
    both.sort_by_key(|migrated| migrated.from);
    both
}

#[tokio::test]
async fn a_schema_that_allows_older_programs_disturbs_none_of_them() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let seat = store.join(|_| ()).await.unwrap();
    store.enqueue(vec![delivery("https://a.example")]).await.unwrap();
    let sessions = "SELECT string_agg(pid::text, ' ' ORDER BY pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name LIKE 'ringback/%'";
    let before = database.sql(sessions);
    let (from, to) = (KNOWN, KNOWN + 1);
    let twice = migrate_twice(&database.url(), LEAST[LEAST.len() - 1]).await;
    assert_eq!(twice, [Migrated { from, to }, Migrated { from: to, to }]);
    store.enqueue(vec![delivery("https://a.example")]).await.unwrap();
    store.renew(SenderReport::default()).await.unwrap();
    // The one for notifications may have come later.
    let after = database.sql(sessions);
    let is_there = |pid: &str| after.split(' ').any(|left| left == pid);
    assert!(before.split(' ').all(is_there), "the same connections: {before}, {after}");
    store.leave(seat).await.unwrap();
}

#[tokio::test]
async fn senders_end_in_order_before_a_schema_that_does_not_allow_them_is_made() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let seat = store.join(|_| ()).await.unwrap();
    store.enqueue(vec![delivery("https://a.example")]).await.unwrap();
    let sender = async {
        loop {
            match store.renew(SenderReport::default()).await {
                Ok(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                Err(error) => break error,
            }
        }
    };
    let (from, to) = (KNOWN, KNOWN + 1);
    let work = async {
        let why = sender.await;
        let column =
            "SELECT count(*) FROM information_schema.columns WHERE column_name = 'of_the_next_version'";
        let made = database.sql(column);
        store.leave(seat).await.unwrap();
        (why, made)
    };
    let url = database.url();
    let (twice, (why, made)) = tokio::join!(migrate_twice(&url, to), work);
    assert_eq!(twice, [Migrated { from, to }, Migrated { from: to, to }]);
    assert!(matches!(why, QueueError::Outdated(_)), "{why}");
    assert!(why.to_string().contains(&format!("schema {to}, this one knows {from}): update")), "{why}");
    assert_eq!(made, "0", "not before it has ended");
    // Connections that it still had are closed.
    let error = store.enqueue(vec![delivery("https://a.example")]).await.unwrap_err();
    assert!(matches!(error.problem, Problem::Server(ServerProblem::Ahead { .. })), "{error}");
    assert_eq!(database.sql("SELECT count(*) FROM ringback.pending"), "1", "nothing is lost");
}

#[tokio::test]
async fn an_empty_database_gets_the_schema_once_whoever_asks() {
    let Some(cluster) = cluster() else { return };
    let database = cluster.database("template0");
    let error = store_at(&database.url()).enqueue(vec![delivery("https://a.example")]).await.unwrap_err();
    assert_eq!(error.problem, Problem::Server(ServerProblem::NoSchema));
    let url = database.url();
    assert_eq!(error.location.as_deref(), Some(&*url));
    let (one, other) = (store_at(&url), store_at(&url));
    let (one, other) = tokio::join!(one.migrate(), other.migrate());
    let mut both = [one.unwrap(), other.unwrap()];
    both.sort_by_key(|migrated| migrated.from);
    let known = both[0].to;
    assert_eq!(both, [Migrated { from: 0, to: known }, Migrated { from: known, to: known }]);
    store_at(&url).enqueue(vec![delivery("https://a.example")]).await.unwrap();
    let days = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'ringback.delivery'::regclass";
    assert_eq!(database.sql(days), "9", "yesterday, today and a week");
}

#[tokio::test]
async fn a_newer_schema_is_used_unless_it_forbids_that() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    database.sql("UPDATE ringback.meta SET version = version + 2");
    store.enqueue(vec![delivery("https://a.example")]).await.unwrap();
    database.sql("UPDATE ringback.meta SET least = version");
    let error = store_at(&database.url()).enqueue(vec![delivery("https://a.example")]).await.unwrap_err();
    assert!(matches!(error.problem, Problem::Server(ServerProblem::Ahead { .. })), "{error}");
    assert!(store.migrate().await.is_err());
    database.sql("UPDATE ringback.meta SET version = 0, least = 0");
    let error = store_at(&database.url()).enqueue(vec![delivery("https://a.example")]).await.unwrap_err();
    assert!(error.to_string().contains("doctor --migrate"), "{error}");
}
