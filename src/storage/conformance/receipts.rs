//! What is repeated is done once.

use futures_util::future::join_all;
use jiff::SignedDuration;

use super::*;
use crate::record::EventId;
use crate::storage::receipts::{KEPT, MOST_REMOVED};
use crate::storage::{
    AcceptRequest, AcceptResult, ContentHash, EventKey, Filter, RequestKey, Reservation, ReserveRequest,
    Submission, SubmissionResult,
};

const ORIGIN: &str = "https://hooks.example";

/// An event with this id and body.
fn event(id: &str, body: &str) -> Submission {
    let event = EventKey {
        owner: profile_id(1).to_string(),
        id: EventId::parse(id.to_owned()).unwrap(),
        content: ContentHash::of(&[body.as_bytes()]),
    };
    Submission { delivery: delivery(ORIGIN), event: Some(event) }
}

/// A key of a request with this body.
fn key(key: &str, body: &str) -> RequestKey {
    RequestKey {
        owner: "shop".to_owned(),
        key: key.to_owned(),
        content: ContentHash::of(&[body.as_bytes()]),
        note: b"refused: 1".to_vec(),
    }
}

fn request(key: Option<RequestKey>, submissions: Vec<Submission>) -> AcceptRequest {
    AcceptRequest { submissions, key, at: at(0) }
}

fn ids(submissions: &[Submission]) -> Vec<DeliveryId> {
    submissions.iter().map(|one| one.delivery.id).collect()
}

/// The deliveries in the log, in the order of acceptance.
async fn logged(store: &dyn Storage) -> Vec<DeliveryId> {
    let all = Filter { limit: usize::MAX, ..Filter::default() };
    store.deliveries(&all).await.unwrap().iter().rev().map(|row| row.id).collect()
}

async fn accept(store: &dyn Storage, request: AcceptRequest) -> AcceptResult {
    store.accept(request).await.unwrap()
}

pub async fn a_repeated_event_is_accepted_once(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let first = vec![event("7", "a"), event("8", "a"), delivery(ORIGIN).into()];
    let new = ids(&first);
    let done = accept(store, request(None, first)).await;
    assert_eq!(done, AcceptResult::Done(new.iter().copied().map(SubmissionResult::New).collect()));
    // In another order, twice in one request, and with a new one between them.
    let again = vec![event("8", "a"), event("9", "b"), event("7", "a"), event("9", "b")];
    let ninth = again[1].delivery.id;
    let results = [
        SubmissionResult::Again(new[1]),
        SubmissionResult::New(ninth),
        SubmissionResult::Again(new[0]),
        SubmissionResult::Again(ninth),
    ];
    assert_eq!(accept(store, request(None, again)).await, AcceptResult::Done(results.to_vec()));
    assert_eq!(logged(store).await, [&new[..], &[ninth]].concat());
    // What was accepted is sent like any other.
    record(subject, ninth, 1, Next::Delivered).await;
    assert_eq!(store.delivery(ninth).await.unwrap().unwrap().summary.state, DeliveryState::Delivered);
}

pub async fn an_event_id_with_another_body_is_a_conflict_and_hinders_no_other(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let first = vec![event("7", "a")];
    let seventh = ids(&first)[0];
    accept(store, request(None, first)).await;
    let mut elsewhere = event("7", "b");
    elsewhere.event.as_mut().unwrap().owner = profile_id(2).to_string();
    let next = vec![event("7", "b"), event("8", "a"), event("8", "b"), elsewhere, event("7", "a")];
    let new = ids(&next);
    let results = [
        SubmissionResult::Conflict,
        SubmissionResult::New(new[1]),
        SubmissionResult::Conflict,
        SubmissionResult::New(new[3]),
        SubmissionResult::Again(seventh),
    ];
    assert_eq!(accept(store, request(None, next)).await, AcceptResult::Done(results.to_vec()));
    assert_eq!(logged(store).await, [seventh, new[1], new[3]]);
}

pub async fn a_repeated_request_has_the_same_results_and_note(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    accept(store, request(None, vec![event("7", "a")])).await;
    let (seventh, made) =
        (logged(store).await[0], || vec![event("7", "a"), delivery(ORIGIN).into(), event("7", "b")]);
    let first = made();
    let second = first[1].delivery.id;
    let results =
        vec![SubmissionResult::Again(seventh), SubmissionResult::New(second), SubmissionResult::Conflict];
    let sent = request(Some(key("k", "body")), first);
    assert_eq!(accept(store, sent.clone()).await, AcceptResult::Done(results.clone()));
    for _ in 0..2 {
        let repeated = AcceptResult::Repeated(results.clone(), b"refused: 1".to_vec());
        assert_eq!(accept(store, request(Some(key("k", "body")), made())).await, repeated);
    }
    // By the ids of its deliveries, a caller that did not see the outcome of its commit finds it.
    assert_eq!(accept(store, sent).await, AcceptResult::Done(results));
    assert_eq!(logged(store).await, [seventh, second]);
}

pub async fn a_key_with_another_request_is_a_conflict(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let one = || vec![delivery(ORIGIN).into()];
    accept(store, request(Some(key("k", "a")), one())).await;
    assert_eq!(accept(store, request(Some(key("k", "b")), one())).await, AcceptResult::Conflict);
    let mut other = key("k", "b");
    other.owner = "board".to_owned();
    assert!(matches!(accept(store, request(Some(other), one())).await, AcceptResult::Done(_)));
    // An event's id is no key of a request.
    let mut own = key("7", "a");
    own.owner = profile_id(1).to_string();
    accept(store, request(None, vec![event("7", "b")])).await;
    assert!(matches!(accept(store, request(Some(own), one())).await, AcceptResult::Done(_)));
    assert_eq!(logged(store).await.len(), 4);
}

pub async fn of_two_callers_with_one_key_one_is_accepted(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    for n in 0..5 {
        let name = format!("request {n}");
        let calls = (0..8).map(|_| {
            let keyed = request(Some(key(&name, "a")), vec![delivery(ORIGIN).into()]);
            async move { store.accept(keyed).await.unwrap() }
        });
        let results = join_all(calls).await;
        let done = results.iter().filter(|result| matches!(result, AcceptResult::Done(_))).count();
        let same = results.iter().filter(|result| matches!(result, AcceptResult::Repeated(..))).count();
        assert_eq!((done, same), (1, 7), "{results:?}");

        // Two events that each caller names in another order.
        let calls = (0..8).map(|call| {
            let mut events = vec![event(&format!("{n} a"), ""), event(&format!("{n} b"), "")];
            if call % 2 == 0 {
                events.reverse();
            }
            async move { store.accept(request(None, events)).await.unwrap() }
        });
        let results = join_all(calls).await;
        let new = results.iter().flat_map(|result| match result {
            AcceptResult::Done(results) => results.clone(),
            other => panic!("{other:?}"),
        });
        let new = new.filter(|result| matches!(result, SubmissionResult::New(_))).count();
        assert_eq!(new, 2, "{results:?}");
    }
    assert_eq!(logged(store).await.len(), 15);
}

pub async fn what_fails_leaves_no_receipt(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let mut keyed = request(Some(key("k", "a")), vec![event("7", "a")]);
    keyed.submissions[0].event.as_mut().unwrap().content = ContentHash::of(&[b"first"]);
    accept(store, keyed).await;
    // Nothing of a request whose key is another one's is accepted, and no id of its events is taken.
    let refused = request(Some(key("k", "b")), vec![event("8", "a")]);
    assert_eq!(accept(store, refused).await, AcceptResult::Conflict);
    let eighth = event("8", "other");
    let id = eighth.delivery.id;
    let done = accept(store, request(None, vec![eighth])).await;
    assert_eq!(done, AcceptResult::Done(vec![SubmissionResult::New(id)]));
}

pub async fn without_a_key_nothing_is_looked_up(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let plain: Vec<Submission> = (0..3).map(|_| delivery(ORIGIN).into()).collect();
    let new = ids(&plain);
    let done = accept(store, AcceptRequest::new(plain)).await;
    assert_eq!(done, AcceptResult::Done(new.iter().copied().map(SubmissionResult::New).collect()));
    assert_eq!(logged(store).await, new);
    assert_eq!(accept(store, AcceptRequest::new(Vec::new())).await, AcceptResult::Done(Vec::new()));
}

pub async fn a_receipt_counts_for_a_day(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let later = |after| AcceptRequest {
        at: at(0) + KEPT + SignedDuration::from_millis(after),
        ..request(Some(key("k", "a")), vec![event("7", "a")])
    };
    accept(store, AcceptRequest { at: at(0), ..later(0) }).await;
    assert!(matches!(accept(store, later(0)).await, AcceptResult::Repeated(..)));
    let again = later(1);
    let id = again.submissions[0].delivery.id;
    assert_eq!(accept(store, again).await, AcceptResult::Done(vec![SubmissionResult::New(id)]));
    // It counts from now on, with its present meaning.
    assert!(matches!(accept(store, later(2)).await, AcceptResult::Repeated(..)));
    assert_eq!(logged(store).await.len(), 2);
}

pub async fn an_operation_is_reserved_and_finished_once(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let request = |name: &str, body: &str, seed| ReserveRequest {
        owner: "shop".to_owned(),
        key: name.to_owned(),
        content: ContentHash::of(&[body.as_bytes()]),
        seed: [seed; 16],
        at: at(0),
    };
    let reserve =
        async |name: &str, body: &str, seed| store.reserve(request(name, body, seed)).await.unwrap();
    let all = join_all((1..=8).map(|seed| reserve("race", "a", seed))).await;
    let new: Vec<_> = all.iter().filter(|one| matches!(one, Reservation::New(_))).collect();
    let Reservation::New(seed) = new[0] else { panic!("{all:?}") };
    assert_eq!(new.len(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|one| **one == Reservation::Unfinished(*seed)).count(), 7, "{all:?}");

    assert_eq!(reserve("k", "a", 1).await, Reservation::New([1; 16]));
    assert_eq!(reserve("k", "b", 2).await, Reservation::Conflict);
    assert_eq!(store.finish("shop", "k", b"first".to_vec()).await.unwrap().as_deref(), Some(&b"first"[..]));
    assert_eq!(store.finish("shop", "k", b"second".to_vec()).await.unwrap().as_deref(), Some(&b"first"[..]));
    assert_eq!(reserve("k", "a", 3).await, Reservation::Finished(b"first".to_vec()));
    assert_eq!(reserve("k", "b", 3).await, Reservation::Conflict);
    assert_eq!(store.finish("shop", "unknown", Vec::new()).await.unwrap(), None);
    // A key is that of one request, whatever it is for.
    let keyed = AcceptRequest { submissions: Vec::new(), key: Some(key("k", "a")), at: at(0) };
    assert_eq!(accept(store, keyed).await, AcceptResult::Conflict);
    let late = ReserveRequest { at: at(1) + KEPT, ..request("k", "b", 4) };
    assert_eq!(store.reserve(late).await.unwrap(), Reservation::New([4; 16]));
    assert_eq!(store.finish("shop", "k", b"third".to_vec()).await.unwrap().as_deref(), Some(&b"third"[..]));
}

pub async fn receipts_that_no_longer_count_go(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let most = MOST_REMOVED as usize;
    let old = (0..=most).map(|n| event(&n.to_string(), "")).collect();
    accept(store, request(None, old)).await;
    accept(store, AcceptRequest { at: at(10), ..request(None, vec![event("young", "")]) }).await;
    assert_eq!(store.purge_receipts(at(0) + KEPT).await.unwrap(), 0);
    for gone in [most, 1, 0] {
        assert_eq!(store.purge_receipts(at(5) + KEPT).await.unwrap(), gone);
    }
    let young = AcceptRequest { at: at(5) + KEPT, ..request(None, vec![event("young", "")]) };
    let AcceptResult::Done(results) = accept(store, young).await else { panic!() };
    assert!(matches!(results[..], [SubmissionResult::Again(_)]), "{results:?}");
    assert_eq!(logged(store).await.len(), most + 2, "deliveries stay");
}
