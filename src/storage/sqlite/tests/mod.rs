//! The store on real files.

mod filtering;
mod holding;
mod keeping;
mod lanes;
mod listing;
mod many;
mod opening;
mod overtaking;
mod place;
pub mod pruning;
mod seat;
mod sending;
mod sharing;
mod standing;
mod steering;
mod turns;
mod unreadable;
mod waits;

use jiff::Timestamp;
use rusqlite::OptionalExtension as _;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use crate::callback::{Callback, Values};
use crate::profile::{
    Backoff, Draft, Event, Identity, Method, Profile, ProfileId, Region, RetryPolicy, Rules,
};
use crate::record::{Attempt, DeliveryId, ErrorClass, Failure, Kind, NewDelivery, Next, Outcome};
use crate::record::{Job, JobRef, LaneId};
use crate::storage::sqlite::Store;
use crate::storage::{Claimed, Demand, Queue as _};

/// A store in a folder that goes with the test.
pub fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("a.db")).unwrap();
    (folder, store)
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_700_000_000_000 + ms).unwrap()
}

pub fn profile_id(n: u128) -> ProfileId {
    ProfileId::new(Region::In, Uuid::from_u128(n))
}

fn draft(title: &str) -> Draft {
    Draft {
        title: title.to_owned(),
        channel: "sms".to_owned(),
        events: vec!["sms-send".to_owned()],
        endpoint: "https://hooks.example/cb?id=<id>".to_owned(),
        body: r#"{"status":"<status>"}"#.to_owned(),
        retry_count: "2".to_owned(),
        retry_interval: "10".to_owned(),
        retry_timeout: "5000".to_owned(),
        auth_kind: "api-key".to_owned(),
        auth_header: "api-key".to_owned(),
        auth_key: "s3cret".to_owned(),
        ..Draft::default()
    }
}

pub fn profile(n: u128, title: &str) -> Profile {
    // Small numbers are in the order of their age.
    let created_at = at(i64::try_from(n & 0xFFFF).unwrap());
    let identity = Identity { id: profile_id(n), created_at, modified_at: created_at };
    draft(title).check(Rules::default(), identity).unwrap()
}

/// An event's delivery that was accepted at this time, to the id.
pub fn accepted(ms: i64) -> NewDelivery {
    let mut id = DeliveryId::first_at(at(ms)).bytes();
    id[6..].copy_from_slice(&DeliveryId::generate().bytes()[6..]);
    let mut new = delivery("https://hooks.example");
    (new.id, new.accepted_at) = (DeliveryId::from_bytes(id), at(ms));
    new
}

/// An event's delivery to `origin`.
pub fn delivery(origin: &str) -> NewDelivery {
    let id = DeliveryId::generate();
    let mut values = Values::default();
    values.set("status", json!("DELIVRD"));
    NewDelivery {
        id,
        kind: Kind::Event,
        profile_id: profile_id(1),
        profile_title: "Order SMS".to_owned(),
        event: Some(Event::SmsSend),
        origin: origin.to_owned(),
        values,
        request: Ok(Callback {
            method: Method::Post,
            url: format!("{origin}/cb?id=7"),
            headers: vec![
                ("content-type".to_owned(), "application/json".to_owned()),
                ("webhook-id".to_owned(), id.to_string()),
            ],
            body: b"{\"status\":\"DELIVRD\"}".to_vec(),
        }),
        policy: RetryPolicy::new(2, 10, 5000, Backoff::Fixed),
        tested: None,
        accepted_at: at(0),
        run: None,
    }
}

fn tested(profile: Profile) -> NewDelivery {
    NewDelivery {
        kind: Kind::Test,
        profile_id: profile.id.clone(),
        tested: Some(Box::new(profile)),
        ..delivery("https://hooks.example")
    }
}

/// An attempt that was answered with this status.
fn attempt(n: u32, status: u16) -> Attempt {
    let failure = Failure { class: ErrorClass::Status, message: format!("answered {status}") };
    Attempt {
        n,
        started_at: at(i64::from(n) * 1000),
        duration_ms: 84,
        address: Some(([127, 0, 0, 1], 9977).into()),
        status: Some(status),
        error: (status != 200).then_some(failure),
        response_headers: vec![("server".to_owned(), "x".to_owned())],
        response_body: vec![0, 159, 255],
        response_cut: true,
        response_incomplete: None,
    }
}

fn outcome(id: DeliveryId, (row, lane): Place, n: u32, next: Next) -> Outcome {
    let status = if next == Next::Delivered { 200 } else { 500 };
    Outcome { job: JobRef::new(id, row), lane: LaneId::new(lane), attempt: attempt(n, status), next }
}

/// The row of a delivery, and its lane.
type Place = (i64, i64);

/// Where the store keeps a delivery, if it does.
async fn place(store: &Store, id: DeliveryId) -> Place {
    let sql = "SELECT seq, lane FROM delivery WHERE id = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let found = store.read(move |tx| Ok(tx.query_row(sql, [id.bytes()], read).optional()?)).await;
    found.unwrap().unwrap_or_default()
}

/// What could be claimed at this time. It is released again.
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
