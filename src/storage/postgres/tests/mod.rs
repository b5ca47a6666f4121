//! The store on a real server.

#[path = "../../../../tests/support/postgres.rs"]
#[allow(dead_code, reason = "the runners use the rest")]
mod cluster;
#[path = "../../../../tests/support/needs.rs"]
#[allow(dead_code, reason = "the runners use the rest")]
mod needs;

mod accepting;
mod alerts;
mod bells;
mod claiming;
pub mod conformance;
mod days;
mod feed;
mod keyed;
mod migrating;
mod opening;
mod plans;

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::OnceCell;

use crate::storage::postgres::PgStore;
use crate::storage::postgres::connection::address::Address;

pub use crate::storage::Producer as _;
pub use crate::storage::conformance::samples::{delivery, profile, tested};
pub use cluster::{Cluster, Database, cluster};

/// A store in a database that goes with the test.
pub struct OnServer {
    pub store: PgStore,
    pub database: Database,
}

/// The store at this URL.
pub fn store_at(url: &str) -> PgStore {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let folder = cluster().expect("the server of the test").folder();
    let drafts = folder.join(format!("drafts-{}", NEXT.fetch_add(1, Ordering::Relaxed))).join("drafts.db");
    PgStore::new(Address::parse(url).unwrap(), Some(drafts))
}

/// A store in a new database; none, and said, where PostgreSQL is not installed.
pub async fn on_server() -> Option<OnServer> {
    let cluster = cluster()?;
    let database = cluster.database(template(cluster).await);
    Some(OnServer { store: store_at(&database.url()), database })
}

/// A database with the latest schema, to be copied.
async fn template(cluster: &Cluster) -> &'static str {
    static MADE: OnceCell<()> = OnceCell::const_new();
    let name = "ringback_template";
    MADE.get_or_init(|| async {
        cluster.sql("postgres", &format!("CREATE DATABASE {name}"));
        store_at(&cluster.url(name)).migrate().await.unwrap();
        // Nobody may be connected to what is copied.
        let end = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = 'ringback_template'";
        cluster.sql("postgres", end);
    })
    .await;
    name
}
