//! What is accepted with a key, by several processes and over connections that break.

use super::*;
use crate::record::{DeliveryId, EventId};
use crate::storage::conformance::samples::profile_id;
use crate::storage::{
    AcceptRequest, AcceptResult, ContentHash, EventKey, RequestKey, Submission, SubmissionResult,
};

/// An event with this id.
fn event(id: &str) -> Submission {
    let key = EventKey {
        owner: profile_id(1).to_string(),
        id: EventId::parse(id.to_owned()).unwrap(),
        content: ContentHash::of(&[b"same"]),
    };
    Submission { delivery: delivery("https://a.example"), event: Some(key) }
}

/// A request with this key.
fn request(key: &str, submissions: Vec<Submission>) -> AcceptRequest {
    let content = ContentHash::of(&[b"same"]);
    let key = RequestKey { owner: "shop".to_owned(), key: key.to_owned(), content, note: b"note".to_vec() };
    AcceptRequest { key: Some(key), ..AcceptRequest::new(submissions) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_processes_with_one_key_one_accepts() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let other = store_at(&database.url());
    for n in 0..20 {
        let (key, id) = (format!("request {n}"), format!("event {n}"));
        let requests = [(); 2].map(|()| request(&key, vec![event(&id), event("other")]));
        let new = requests.each_ref().map(|request| request.submissions[0].delivery.id);
        let [mine, theirs] = requests;
        let (mine, theirs) = tokio::join!(store.accept(mine), other.accept(theirs));
        let first = |result: &AcceptResult| match result {
            AcceptResult::Done(results) | AcceptResult::Repeated(results, _) => results[0],
            AcceptResult::Conflict => panic!("{result:?}"),
        };
        let (mine, theirs) = (mine.unwrap(), theirs.unwrap());
        assert_eq!(first(&mine), first(&theirs), "one of them is accepted, and both say which");
        let SubmissionResult::New(id) = first(&mine) else { panic!("{mine:?}") };
        assert!(new.contains(&id));
        let done = [&mine, &theirs].iter().filter(|result| matches!(result, AcceptResult::Done(_))).count();
        assert_eq!(done, 1, "{mine:?} {theirs:?}");
    }
    assert_eq!(database.sql("SELECT count(*) FROM ringback.delivery"), "21");
    assert_eq!(database.sql("SELECT count(*) FROM ringback.pending"), "21");
    assert_eq!(database.sql("SELECT sum(queued) FROM ringback.tally"), "21");
}

#[tokio::test]
async fn a_request_whose_connection_broke_is_accepted_once() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let mut ids: Vec<DeliveryId> = Vec::new();
    for n in 0..5 {
        // One with an id, and one without.
        let submissions = vec![event(&n.to_string()), delivery("https://a.example").into()];
        let new: Vec<DeliveryId> = submissions.iter().map(|one| one.delivery.id).collect();
        let requests = [request(&n.to_string(), submissions.clone()), AcceptRequest::new(submissions)];
        let accept = requests.into_iter().nth(n % 2).unwrap();
        let (accepted, _) = tokio::join!(store.accept(accept), async { database.sql(end) });
        let results = new.iter().copied().map(SubmissionResult::New).collect();
        assert_eq!(accepted.unwrap(), AcceptResult::Done(results));
        ids.extend(new);
    }
    ids.sort_unstable();
    let stored = database.sql("SELECT id FROM ringback.delivery ORDER BY id");
    assert_eq!(stored.lines().collect::<Vec<_>>(), ids.iter().map(ToString::to_string).collect::<Vec<_>>());
}
