//! The store on real files.

mod batches;
mod conformance;
mod feed;
mod first_success;
mod holding;
mod keeping;
mod lanes;
mod opening;
mod overtaking;
mod place;
pub mod pruning;
mod receipts;
mod seat;
mod sending;
mod sharing;
mod steering;
mod turns;
mod unreadable;
mod waits;

use jiff::Timestamp;
use rusqlite::OptionalExtension as _;
use tempfile::TempDir;

use crate::callback::Values;
use crate::profile::{Backoff, Draft, Identity, Profile, RetryPolicy, Rules};
use crate::record::{DeliveryId, ErrorClass, Failure, Kind, NewDelivery, Next, Outcome};
use crate::record::{Job, JobRef, LaneId};
use crate::storage::sqlite::Store;
use crate::storage::{Claimed, Demand, Queue as _};

pub use crate::storage::conformance::samples::{
    accepted, at, attempt, delivery, draft, profile, profile_id, tested,
};

/// A store in a folder that is removed with the test.
pub fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("a.db")).unwrap();
    (folder, store)
}

fn outcome(id: DeliveryId, (row, lane): Place, n: u32, next: Next) -> Outcome {
    let status = if next == Next::Delivered { 200 } else { 500 };
    Outcome {
        job: JobRef::new(id, row),
        lane: LaneId::new(lane),
        subject: std::sync::Arc::default(),
        attempt: attempt(n, status),
        next,
    }
}

/// The row of a delivery, and its lane.
type Place = (i64, i64);

/// The row and lane of a delivery, if it is stored.
async fn place(store: &Store, id: DeliveryId) -> Place {
    let sql = "SELECT seq, lane FROM delivery WHERE id = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let found = store.read(move |tx| Ok(tx.query_row(sql, [id.bytes()], read).optional()?)).await;
    found.unwrap().unwrap_or_default()
}

/// The deliveries that could be claimed at this time. They are released again.
async fn due(store: &Store, now: Timestamp, limit: usize) -> Claimed {
    let claimed = store.claim(Demand::idle(now, limit, usize::MAX)).await.unwrap();
    release(store, &claimed).await;
    claimed
}

async fn release(store: &Store, claimed: &Claimed) {
    let jobs: Vec<JobRef> = claimed.jobs.iter().map(|job| job.reference).collect();
    store.release(&jobs).await.unwrap();
}

/// Records an attempt as the sender does.
pub async fn record(store: &Store, id: DeliveryId, n: u32, next: Next) {
    let outcome = outcome(id, place(store, id).await, n, next);
    store.record([outcome].into()).await.unwrap();
}
