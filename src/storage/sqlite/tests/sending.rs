//! The store as the sender's queue.

use std::collections::HashMap;

use crate::profile::{DraftHeader, sizes};
use crate::record::{DeliveryState, Job, Origin};
use crate::storage::Log as _;

use super::*;

async fn due(store: &Store, ms: i64, limit: usize) -> Claimed {
    super::due(store, at(ms), limit).await
}

async fn due_ids(store: &Store, ms: i64) -> Vec<DeliveryId> {
    ids(&due(store, ms, 100).await.jobs)
}

fn ids(jobs: &[Job]) -> Vec<DeliveryId> {
    jobs.iter().map(Job::id).collect()
}

#[tokio::test]
async fn what_is_accepted_is_due_to_the_byte() {
    let (_folder, store) = store();
    let new = delivery("https://hooks.example");
    store.enqueue(vec![new.clone()]).await.unwrap();
    let due = due(&store, 0, 10).await;
    let [job] = due.jobs.as_slice() else { panic!("one job") };
    assert_eq!(job.callback, new.request.unwrap().into());
    assert_eq!((job.id(), &job.origin), (new.id, &Origin::from(new.origin.as_str())));
    assert_eq!((job.policy, job.attempts, due.next_due), (new.policy, 0, None));
    assert!(job.profile.is_none(), "there is no such profile");
}

/// Jobs are read by row, and handed out by turn.
#[tokio::test]
async fn each_job_is_its_own_delivery_and_lanes_keep_their_order() {
    let (_folder, store) = store();
    let mut left = HashMap::new();
    for n in 0..60_u32 {
        let mut new = delivery(&format!("https://h{}.example", n * n % 7));
        new.request.as_mut().unwrap().body = n.to_string().into_bytes();
        store.enqueue(vec![new.clone()]).await.unwrap();
        if n % 5 == 3 || (20..24).contains(&n) {
            store.cancel(new.id).await.unwrap();
        } else {
            left.insert(new.id, new);
        }
    }
    let mut last = HashMap::new();
    while !left.is_empty() {
        let claimed = store.claim(Demand::idle(at(0), 9, usize::MAX)).await.unwrap();
        assert!(!claimed.jobs.is_empty(), "{} were not found", left.len());
        for job in claimed.jobs {
            let new = left.remove(&job.id()).unwrap();
            assert_eq!((Ok(job.callback), &*job.origin), (new.request.map(Into::into), new.origin.as_str()));
            let before = last.insert(job.origin, job.reference.id);
            assert!(before.is_none_or(|before| before < new.id));
        }
    }
}

#[tokio::test]
async fn a_batch_is_accepted_whole_or_not_at_all() {
    let (_folder, store) = store();
    let twice = delivery("https://hooks.example");
    let other = delivery("https://hooks.example");
    assert!(store.enqueue(vec![other, twice.clone(), twice.clone()]).await.is_err());
    assert!(due_ids(&store, 0).await.is_empty());
    store.enqueue(vec![twice.clone()]).await.unwrap();
    assert_eq!(due_ids(&store, 0).await, [twice.id]);
}

#[tokio::test]
async fn a_delivery_without_a_request_has_failed_from_the_start() {
    let (_folder, store) = store();
    let why = Failure { class: ErrorClass::Request, message: "CR in a header".to_owned() };
    let new = NewDelivery { request: Err(why.clone()), ..tested(profile(1, "Order SMS")) };
    store.enqueue(vec![new.clone()]).await.unwrap();
    assert!(due_ids(&store, 0).await.is_empty());
    let details = store.delivery(new.id).await.unwrap().unwrap();
    assert_eq!((details.summary.state, details.summary.attempts), (DeliveryState::Failed, 0));
    assert_eq!(details.summary.last_error, Some(why));
    assert_eq!(details.callback, None);
    assert_eq!(kept_profiles(&store).await, 0);
}

#[tokio::test]
async fn first_attempts_precede_retries_and_each_in_order() {
    let (_folder, store) = store();
    let all: Vec<_> = (0..4).map(|_| delivery("https://hooks.example")).collect();
    let id: Vec<_> = all.iter().map(|new| new.id).collect();
    store.enqueue(all).await.unwrap();
    record(&store, id[0], 1, Next::Retry(at(9_000))).await;
    record(&store, id[1], 1, Next::Retry(at(8_000))).await;
    assert_eq!(due_ids(&store, 9_000).await, [id[2], id[3], id[1], id[0]]);

    let early = due(&store, 8_500, 100).await;
    assert_eq!(ids(&early.jobs), [id[2], id[3], id[1]]);
    assert_eq!(early.next_due, Some(at(9_000)));
    assert_eq!(early.jobs[2].attempts, 1);
    assert_eq!(ids(&due(&store, 9_000, 1).await.jobs), [id[2]]);
}

#[tokio::test]
async fn credentials_are_those_of_the_test_or_of_today() {
    let (_folder, store) = store();
    let saved = profile(1, "Order SMS");
    let on_screen = Profile { modified_at: at(77), ..saved.clone() };
    store.save_profiles(vec![saved.clone()]).await.unwrap();
    let (test, event) = (tested(on_screen.clone()), delivery("https://hooks.example"));
    let test_id = test.id;
    store.enqueue(vec![test, event]).await.unwrap();
    let jobs = due(&store, 0, 10).await.jobs;
    assert_eq!(jobs[0].profile.as_deref(), Some(&on_screen));
    assert_eq!(jobs[1].profile.as_deref(), Some(&saved));

    store.delete_profile(&saved.id).await.unwrap();
    let jobs = due(&store, 0, 10).await.jobs;
    assert_eq!(jobs.len(), 1, "an event of a deleted profile is held");
    assert_eq!(jobs[0].profile.as_deref(), Some(&on_screen));
    store.purge_profiles(Timestamp::MAX).await.unwrap();
    let jobs = due(&store, 0, 10).await.jobs;
    assert_eq!(jobs[1].profile, None, "once it cannot be restored, its credentials are gone");

    record(&store, test_id, 1, Next::Retry(at(5))).await;
    assert_eq!(kept_profiles(&store).await, 1);
    record(&store, test_id, 2, Next::Failed).await;
    assert_eq!(kept_profiles(&store).await, 0, "its credentials go with the end of the test");
}

#[tokio::test]
async fn what_cannot_be_read_fails_and_lets_the_others_pass() {
    let (_folder, store) = store();
    let (bad, good) = (delivery("https://hooks.example"), delivery("https://hooks.example"));
    let (bad_id, good_id) = (bad.id, good.id);
    store.enqueue(vec![bad, good]).await.unwrap();
    store
        .write(move |tx| {
            Ok(tx.execute(
                "UPDATE request SET headers = '{'
                     WHERE delivery = (SELECT seq FROM delivery WHERE id = ?1)",
                [bad_id.bytes()],
            )?)
        })
        .await
        .unwrap();
    assert_eq!(ids(&due(&store, 0, 1).await.jobs), [good_id]);
    let rows = store.deliveries(&crate::storage::Filter::default()).await.unwrap();
    let failed = rows.iter().find(|row| row.id == bad_id).unwrap();
    assert_eq!(failed.state, DeliveryState::Failed);
    let why = failed.last_error.as_ref().unwrap();
    assert_eq!(why.class, ErrorClass::Request);
    assert!(why.message.contains("headers"), "{why}");
}

#[tokio::test]
async fn an_attempt_is_recorded_in_full_and_once() {
    let (_folder, store) = store();
    let new = delivery("https://hooks.example");
    store.enqueue(vec![new.clone()]).await.unwrap();
    record(&store, new.id, 1, Next::Retry(at(11_000))).await;
    record(&store, new.id, 1, Next::Retry(at(11_000))).await;
    let waiting = store.delivery(new.id).await.unwrap().unwrap();
    assert_eq!((waiting.summary.state, waiting.summary.due_at), (DeliveryState::Waiting, Some(at(11_000))));
    record(&store, new.id, 2, Next::Delivered).await;
    let done = store.delivery(new.id).await.unwrap().unwrap();
    assert_eq!(done.attempts, [attempt(1, 500), attempt(2, 200)]);
    assert_eq!((done.summary.state, done.summary.due_at), (DeliveryState::Delivered, None));
    assert_eq!((done.summary.attempts, done.summary.last_status), (2, Some(200)));
    assert_eq!((done.summary.last_error, done.summary.last_ms), (None, Some(84)));
    assert_eq!((done.callback, done.values), (new.request.ok(), new.values));
    assert!(due_ids(&store, 99_000).await.is_empty());
}

/// Profiles kept for tests.
async fn kept_profiles(store: &Store) -> i64 {
    store.read(|tx| Ok(tx.query_row("SELECT count(*) FROM tested", [], |row| row.get(0))?)).await.unwrap()
}

#[tokio::test]
async fn a_profile_larger_than_may_be_saved_now_is_read_and_sent() {
    let (_folder, store) = store();
    let header = |n| DraftHeader { name: format!("X-{n}"), value: "v".repeat(sizes::VALUE + 1) };
    let mut large = draft("Order SMS");
    large.headers = (0..=sizes::ROWS).map(header).collect();
    let identity = Identity { id: profile_id(1), created_at: at(0), modified_at: at(0) };
    assert!(large.check(Rules::default(), identity.clone()).is_err());
    let profile = large.check(Rules::STORED, identity).unwrap();
    store.save_profiles(vec![profile.clone()]).await.unwrap();
    assert_eq!(store.profile(&profile.id).await.unwrap().as_ref(), Some(&profile));
    store.enqueue(vec![delivery("https://hooks.example")]).await.unwrap();
    let due = due(&store, 0, 10).await;
    assert_eq!(due.jobs[0].profile.as_deref(), Some(&profile));
}

#[tokio::test]
async fn values_are_read_only_where_a_secret_header_is_made_of_them() {
    let identity = |n| Identity { id: profile_id(n), created_at: at(0), modified_at: at(0) };
    let plain = draft("Order SMS").check(Rules::STORED, identity(1)).unwrap();
    let header = DraftHeader { name: "X-Token".to_owned(), value: "t-<status>".to_owned() };
    let secret = crate::profile::Draft { headers: vec![header], ..draft("Secret") };
    let secret = secret.check(Rules::STORED, identity(2)).unwrap();
    for odd in [false, true] {
        let (_folder, store) = store();
        store.save_profiles(vec![plain.clone(), secret.clone()]).await.unwrap();
        let new =
            [1, 2].map(|n| NewDelivery { profile_id: profile_id(n), ..delivery("https://hooks.example") });
        store.enqueue(new.to_vec()).await.unwrap();
        if odd {
            rusqlite::Connection::open(store.path())
                .unwrap()
                .execute("UPDATE request SET vals = '{'", [])
                .unwrap();
        }
        let due = due(&store, 0, 10).await;
        let values: Vec<_> = due.jobs.iter().map(|job| (job.id(), job.values.clone())).collect();
        let both = [(new[0].id, Values::default()), (new[1].id, new[1].values.clone())];
        assert_eq!(values, both[..if odd { 1 } else { 2 }]);
        assert_eq!(store.counts().await.unwrap().failed, u64::from(odd));
    }
}

#[tokio::test]
async fn a_profile_that_was_changed_is_read_again_however_it_was_changed() {
    let (_folder, store) = store();
    let saved = profile(1, "Order SMS");
    store.save_profiles(vec![saved.clone()]).await.unwrap();
    store.enqueue(vec![delivery("https://hooks.example")]).await.unwrap();
    let title = async || due(&store, 0, 10).await.jobs[0].profile.as_ref().unwrap().title.to_string();
    assert_eq!(title().await, "Order SMS");
    store.save_profiles(vec![profile(1, "Nightly")]).await.unwrap();
    assert_eq!(title().await, "Nightly");
    let sql = "UPDATE profile_document SET document = replace(document, 'Nightly', 'Hourly')";
    rusqlite::Connection::open(store.path()).unwrap().execute(sql, []).unwrap();
    assert_eq!(title().await, "Hourly");
}

/// What arrives while another program writes is accepted in one commit, and a batch that cannot be is alone with that.
#[tokio::test]
async fn batches_that_gather_are_accepted_each_for_itself() {
    let (_folder, store) = store();
    let known = delivery("https://hooks.example");
    store.enqueue(vec![known.clone()]).await.unwrap();
    let other = rusqlite::Connection::open(store.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let batches: Vec<_> = (0..600).map(|_| vec![delivery("https://hooks.example")]).collect();
    let mut accepting = tokio::task::JoinSet::new();
    for batch in batches {
        let store = store.clone();
        accepting.spawn(async move { store.enqueue(batch).await });
    }
    let repeated = {
        let (store, known) = (store.clone(), known.clone());
        tokio::spawn(async move { store.enqueue(vec![delivery("https://a.example"), known]).await })
    };
    // They are all handed over before the lock is free.
    tokio::task::yield_now().await;
    other.execute_batch("COMMIT").unwrap();
    while let Some(accepted) = accepting.join_next().await {
        accepted.unwrap().unwrap();
    }
    assert!(repeated.await.unwrap().is_err(), "its second delivery was there");
    let counts = store.counts().await.unwrap();
    assert_eq!(counts.queued, 601, "and so its first one is not");
}

#[tokio::test]
async fn what_gathers_after_the_end_is_refused() {
    let (_folder, store) = store();
    store.close();
    for _ in 0..2 {
        let refused = store.enqueue(vec![delivery("https://hooks.example")]).await.unwrap_err();
        assert_eq!(refused.problem, crate::storage::Problem::Closed);
    }
}
