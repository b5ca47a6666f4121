//! Vacuums the queue while it is busy. Each delivery leaves two dead rows there, and autovacuum wakes once a minute: at
//! 20 000 deliveries a second claims would pass millions of them.
//!
//! Each sender looks now and then, and the one that gets a lock does it. It takes a connection of its own, since it may
//! take a second: neither claims nor the lease wait for it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::server::Purpose;
use crate::storage::postgres::connection::session::Session;
use crate::storage::postgres::{PgStore, Shared};

/// How often a sender looks.
const EVERY: Duration = Duration::from_secs(10);

/// The same while a vacuum finds nothing that it may remove, as long as somebody holds a transaction open.
const EVERY_AT_LEAST: Duration = Duration::from_mins(5);

/// So many dead rows are worth it: about a tenth of a second.
const DEAD: i64 = 50_000;

/// One process at a time.
const LOCK: i64 = 7_242_003;

/// Whether this many rows are dead, and this user may vacuum.
const IS_DUE: &str = "
SELECT pg_stat_get_dead_tuples(oid) > $1 AND pg_has_role(relowner, 'USAGE') FROM pg_class
WHERE oid = 'pending'::regclass";

/// What became of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vacuumed {
    /// Few rows are dead, another process does it, or this user may not.
    NotDue,
    /// Dead rows have gone.
    Done,
    /// They are still there: a transaction may see them.
    InVain,
}

/// Looks for as long as the seat is had.
pub fn watch(store: &PgStore) -> JoinHandle<()> {
    let weak: Weak<Shared> = Arc::downgrade(&store.0);
    tokio::spawn(async move {
        let mut pause = EVERY;
        loop {
            tokio::time::sleep(pause).await;
            let Some(store) = weak.upgrade().map(PgStore) else { return };
            // Without a vacuum it is slower, and autovacuum comes later. Errors of the server are returned to claims.
            pause = match store.vacuum_if_due().await {
                Ok(Vacuumed::InVain) => (pause * 2).min(EVERY_AT_LEAST),
                _ => EVERY,
            };
        }
    })
}

impl PgStore {
    /// Vacuums the queue, if many rows are dead and nobody else does.
    pub(super) async fn vacuum_if_due(&self) -> Result<Vacuumed, StoreError> {
        let is_due = self.sender().heartbeats.acquire().await?.db()?.value::<bool>(IS_DUE, &[&DEAD]).await?;
        if is_due != Some(true) {
            return Ok(Vacuumed::NotDue);
        }
        // The lock ends with the connection.
        let session = Session::new(Arc::clone(&self.0.server), Purpose::Vacuum);
        let mut acquired = session.acquire().await?;
        let db = acquired.db()?;
        let is_ours = db.value::<bool>("SELECT pg_try_advisory_lock($1)", &[&LOCK]).await?;
        // Another process may just have done it.
        if is_ours != Some(true) || db.value::<bool>(IS_DUE, &[&DEAD]).await? != Some(true) {
            return Ok(Vacuumed::NotDue);
        }
        // With as many deliveries go the rows of their numbers. Autovacuum may be at it. What is at the end is soon used again.
        db.batch("VACUUM (TRUNCATE OFF, SKIP_LOCKED) pending, rollup_change").await?;
        let has_rest = db.value::<bool>(IS_DUE, &[&DEAD]).await? == Some(true);
        Ok(if has_rest { Vacuumed::InVain } else { Vacuumed::Done })
    }
}
