//! What is wrong with a server is said in a sentence of its own.

use super::*;
use crate::storage::{Describe as _, Problem, ServerProblem};

async fn problem(url: &str) -> ServerProblem {
    let error = store_at(url).read().await.err().expect("it cannot be used");
    match error.problem {
        Problem::Server(problem) => problem,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_used_says_why() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let cluster = database.cluster();
    store.read().await.unwrap();
    store_at(&cluster.socket_url(database.name())).read().await.unwrap();

    assert!(matches!(problem("postgres://a@127.0.0.1:1/x").await, ServerProblem::Away(_)));
    assert_eq!(problem(&cluster.url("nothing")).await, ServerProblem::NoDatabase);
    database.sql("CREATE USER guarded PASSWORD 's3cret'; CREATE USER stranger");
    let url = |user: &str| {
        format!("postgres://{user}@127.0.0.1:{}/{}?sslmode=disable", cluster.port(), database.name())
    };
    let refused = problem(&url("guarded:wrong")).await;
    assert!(
        matches!(refused, ServerProblem::Refused(_)) && !refused.to_string().contains("wrong"),
        "{refused}"
    );
    assert!(matches!(problem(&url("stranger")).await, ServerProblem::Denied(_)));
    assert!(matches!(problem(&url("guarded:s3cret")).await, ServerProblem::Denied(_)));
    let tls = format!("{}?sslmode=require", database.url());
    assert_eq!(problem(&tls).await, ServerProblem::NoTls);

    let latin = cluster.database("template0 ENCODING 'LATIN1'");
    assert_eq!(problem(&latin.url()).await, ServerProblem::Encoding("LATIN1".to_owned()));

    let set = |what: &str| {
        cluster.sql("postgres", &format!("ALTER DATABASE {} {what}", database.name()));
    };
    set("SET default_transaction_read_only = on");
    assert_eq!(problem(&database.url()).await, ServerProblem::ReadOnly);
    set("RESET ALL");
    set("CONNECTION LIMIT 0");
    assert_eq!(problem(&url("stranger")).await, ServerProblem::TooManyConnections);
    cluster.sql("postgres", "DROP USER guarded, stranger");
}

#[tokio::test]
async fn a_connection_that_broke_is_made_anew() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    for _ in 0..3 {
        let mut acquired = store.read().await.unwrap();
        let pid = acquired.db().unwrap().value::<i32>("SELECT pg_backend_pid()", &[]).await.unwrap().unwrap();
        database.sql(&format!("SELECT pg_terminate_backend({pid}, 10000)"));
        let lost = acquired.db().unwrap().value::<i32>("SELECT 1", &[]).await.unwrap_err();
        assert!(matches!(lost.problem, Problem::Server(ServerProblem::Away(_))), "{lost}");
    }
}

#[tokio::test]
async fn of_several_hosts_the_one_that_can_be_used_is_used_and_named() {
    let Some(OnServer { database, .. }) = on_server().await else { return };
    // One that accepts connections and says nothing, as a frozen server does.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (silent, port) = (listener.local_addr().unwrap().port(), database.cluster().port());
    let hosts = format!("127.0.0.1:1,127.0.0.1:{silent},127.0.0.1:{port}");
    let store = store_at(&format!("postgres://ringback@{hosts}/{}?connect_timeout=1", database.name()));
    assert_eq!(store.short_name(), format!("{} on 127.0.0.1:1", database.name()));
    store.read().await.unwrap();
    assert_eq!(store.short_name(), format!("{} on 127.0.0.1:{port}", database.name()));
    let none = format!("postgres://ringback@127.0.0.1:{silent},127.0.0.1:1/x?connect_timeout=1");
    assert!(matches!(problem(&none).await, ServerProblem::Away(_)));
    let silent = format!("postgres://ringback@127.0.0.1:{silent}/x?connect_timeout=1");
    assert_eq!(problem(&silent).await, ServerProblem::NoSession);
}
