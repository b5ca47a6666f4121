//! The schema is made and changed by one process at a time.

use super::*;
use crate::storage::postgres::Migrated;
use crate::storage::{Problem, ServerProblem};

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
