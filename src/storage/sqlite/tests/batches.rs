//! Rows of a batch are written with what they have in common bound once: they are those that are written alone.

use rusqlite::Connection;
use rusqlite::types::Value;
use serde_json::json;

use crate::profile::{Event, Method};
use crate::record::RunId;

use super::*;

/// All rows of these tables.
fn rows(store: &Store, tables: &[&str]) -> Vec<Vec<Value>> {
    let db = Connection::open(store.path()).unwrap();
    let mut found = Vec::new();
    for table in tables {
        let mut statement = db.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
        let columns = statement.column_count();
        let all = statement.query_map([], |row| (0..columns).map(|at| row.get(at)).collect()).unwrap();
        found.extend(all.map(Result::unwrap));
    }
    assert!(!found.is_empty());
    found
}

/// Deliveries that differ from the usual one in one thing each, with a usual one before each.
fn deliveries() -> Vec<NewDelivery> {
    let change = |change: &dyn Fn(&mut NewDelivery)| {
        let mut new = delivery("https://hooks.example");
        change(&mut new);
        [delivery("https://hooks.example"), new]
    };
    let of_request = |at: &dyn Fn(&mut crate::callback::Callback)| {
        change(&|new: &mut NewDelivery| at(new.request.as_mut().unwrap()))
    };
    let failure = Failure { class: ErrorClass::Request, message: "no URL".to_owned() };
    let run = RunId::generate();
    [
        change(&|new| new.kind = Kind::Again),
        change(&|new| new.profile_id = profile_id(2)),
        change(&|new| new.profile_title = "Other".to_owned()),
        change(&|new| new.event = None),
        change(&|new| new.event = Some(Event::Voice)),
        change(&|new| new.origin = "https://other.example".to_owned()),
        change(&|new| new.values.set("status", json!("SENT"))),
        change(&|new| new.request = Err(failure.clone())),
        change(&|new| new.policy = RetryPolicy::new(1, 20, 700, Backoff::Exponential)),
        change(&|new| new.tested = Some(Box::new(profile(1, "Order SMS")))),
        change(&|new| new.accepted_at = at(7)),
        change(&|new| new.run = Some(run)),
        of_request(&|request| request.method = Method::Get),
        of_request(&|request| request.url.push('x')),
        of_request(&|request| request.headers.clear()),
        of_request(&|request| request.body.clear()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test]
async fn deliveries_of_a_batch_are_stored_as_each_alone() {
    let tables = ["delivery", "request", "queued", "tested", "lane"];
    let all = deliveries();
    let ((_one, together), (_other, alone)) = (store(), store());
    together.enqueue(all.clone()).await.unwrap();
    for new in all {
        alone.enqueue(vec![new]).await.unwrap();
    }
    assert_eq!(rows(&together, &tables), rows(&alone, &tables));
}

#[tokio::test]
async fn attempts_of_a_batch_are_stored_as_each_alone() {
    type Change = fn(&mut Outcome);
    let changes: [Change; 11] = [
        |of| of.attempt.n = 2,
        |of| of.attempt.started_at = at(1),
        |of| of.attempt.duration_ms = 1,
        |of| of.attempt.address = None,
        |of| of.attempt.status = Some(202),
        |of| of.attempt.response_headers = Vec::new().into(),
        |of| of.attempt.response_body = Vec::new(),
        |of| of.attempt.response_cut = false,
        |of| of.attempt.response_incomplete = Some("broke off".to_owned()),
        |of| {
            (of.next, of.attempt.status) = (Next::Failed, None);
            of.attempt.error = Some(Failure { class: ErrorClass::Timeout, message: "late".to_owned() });
        },
        |of| {
            of.next = Next::Retry(at(50));
            of.attempt.error = Some(Failure { class: ErrorClass::Status, message: "500".to_owned() });
        },
    ];
    let usual: Change = |_| ();
    let changes: Vec<Change> = changes.into_iter().flat_map(|change| [usual, change, change]).collect();
    let all: Vec<NewDelivery> = changes.iter().map(|_| delivery("https://hooks.example")).collect();
    let ((_one, together), (_other, alone)) = (store(), store());
    let mut outcomes = Vec::new();
    for store in [&together, &alone] {
        store.enqueue(all.clone()).await.unwrap();
    }
    for (new, change) in all.iter().zip(changes) {
        let mut of = outcome(new.id, place(&together, new.id).await, 1, Next::Delivered);
        change(&mut of);
        outcomes.push(of);
    }
    together.record(outcomes.clone().into()).await.unwrap();
    for of in outcomes {
        alone.record([of].into()).await.unwrap();
    }
    let tables = ["attempt", "delivery", "queued", "delivered"];
    assert_eq!(rows(&together, &tables), rows(&alone, &tables));
}
