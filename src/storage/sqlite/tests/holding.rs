//! Blocked events are not sent, and a profile that keeps failing is disabled.

use crate::profile::Status;
use crate::record::{RunId, RunRange};
use crate::storage::{Block, BlockReason, Health as _, HealthRules};

use super::*;

/// The ids that would be sent now.
async fn sent(store: &Store) -> Vec<DeliveryId> {
    let due = due(store, at(99_000), 100).await;
    due.jobs.iter().map(Job::id).collect()
}

fn of(n: u128, kind: Kind) -> NewDelivery {
    NewDelivery { kind, profile_id: profile_id(n), ..delivery("https://hooks.example") }
}

async fn accept<const N: usize>(store: &Store, new: [NewDelivery; N]) -> [DeliveryId; N] {
    let ids = std::array::from_fn(|at| new[at].id);
    store.enqueue(new.into()).await.unwrap();
    ids
}

async fn status(store: &Store, n: u128) -> Status {
    let profile = store.profile(&profile_id(n)).await.unwrap().unwrap();
    let row = store.profiles().await.unwrap().into_iter().find(|row| row.id == profile.id).unwrap();
    assert_eq!((row.status, row.modified_at), (profile.status, profile.modified_at));
    profile.status
}

async fn switch(store: &Store, n: u128, status: Status) {
    let mut profile = profile(n, "Order SMS");
    profile.status = status;
    store.save_profiles(vec![profile]).await.unwrap();
}

/// Accepts an event of profile 1 and ends it like this.
async fn ends(store: &Store, next: Next) -> DeliveryId {
    let [id] = accept(store, [of(1, Kind::Event)]).await;
    record(store, id, 1, next).await;
    id
}

async fn why(store: &Store) -> Vec<BlockReason> {
    store.blocks().await.unwrap().iter().map(|hold| hold.why).collect()
}

#[tokio::test]
async fn a_pause_holds_events_and_nothing_by_hand() {
    let (_folder, store) = store();
    let [event, by_test, again, other] =
        accept(&store, [of(1, Kind::Event), of(1, Kind::Test), of(1, Kind::Again), of(2, Kind::Event)]).await;
    let mut wakeups = store.wakeups();
    assert!(store.pause(Some(profile_id(1))).await.unwrap());
    assert!(!store.pause(Some(profile_id(1))).await.unwrap(), "it is paused already");
    assert_eq!(wakeups.borrow_and_update().invalidated, 1, "what was read ahead is forgotten");
    let mut got = sent(&store).await;
    got.sort();
    assert_eq!(got, [by_test, again, other]);

    assert!(store.pause(None).await.unwrap());
    let mut got = sent(&store).await;
    got.sort();
    assert_eq!(got, [by_test, again]);
    let held = store.blocked(None).await.unwrap();
    assert_eq!((held.queued, held.waiting, held.by.len()), (2, 0, 1), "all of them are held by the one");
    assert!(store.is_moving(None).await.unwrap(), "a test is to be sent");

    assert!(store.resume(None).await.unwrap());
    assert!(!store.resume(None).await.unwrap());
    assert_eq!(sent(&store).await.len(), 3, "the profile is paused still");
    assert!(store.resume(Some(profile_id(1))).await.unwrap());
    assert!(sent(&store).await.contains(&event));
    assert!(store.blocks().await.unwrap().is_empty());
}

#[tokio::test]
async fn retries_are_held_and_go_on() {
    let (_folder, store) = store();
    let [id] = accept(&store, [of(1, Kind::Event)]).await;
    record(&store, id, 1, Next::Retry(at(9_000))).await;
    store.pause(None).await.unwrap();
    assert!(sent(&store).await.is_empty());
    assert!(!store.is_moving(None).await.unwrap());
    assert_eq!(store.blocked(None).await.unwrap().waiting, 1);
    store.resume(None).await.unwrap();
    assert_eq!(sent(&store).await, [id]);
}

#[tokio::test]
async fn of_one_run_only_its_own_count() {
    let (_folder, store) = store();
    let run = RunId::generate();
    let own = |n| NewDelivery { run: Some(run), ..of(n, Kind::Event) };
    accept(&store, [own(1), own(2), of(3, Kind::Event)]).await;
    let within = Some(RunRange::whole(run));
    store.pause(Some(profile_id(1))).await.unwrap();
    assert!(store.is_moving(within).await.unwrap());
    store.pause(Some(profile_id(2))).await.unwrap();
    assert!(!store.is_moving(within).await.unwrap(), "the third is another's");
    assert!(store.is_moving(None).await.unwrap());
    let held = store.blocked(within).await.unwrap();
    assert_eq!((held.total(), held.by.len()), (2, 2));
}

#[tokio::test]
async fn what_is_disabled_is_held_until_it_is_enabled() {
    let (_folder, store) = store();
    switch(&store, 1, Status::Active).await;
    let [id] = accept(&store, [of(1, Kind::Event)]).await;
    for (off, held_for) in
        [(Status::Disabled, BlockReason::Disabled), (Status::AutoDisabled, BlockReason::AutoDisabled)]
    {
        switch(&store, 1, off).await;
        assert!(sent(&store).await.is_empty());
        assert_eq!(why(&store).await, [held_for]);
        let held = store.blocked(None).await.unwrap().by.remove(0);
        assert_eq!((held.title.as_str(), held.cause), ("Order SMS", None));
    }
    store.pause(Some(profile_id(1))).await.unwrap();
    switch(&store, 1, Status::Active).await;
    assert_eq!(why(&store).await, [BlockReason::Paused], "enabling is not resuming");
    store.resume(Some(profile_id(1))).await.unwrap();
    assert_eq!(sent(&store).await, [id]);
}

#[tokio::test]
async fn so_many_failures_in_a_row_disable_a_profile() {
    let (_folder, store) = store();
    switch(&store, 1, Status::Active).await;
    store.judge_by(HealthRules::disabling_after(3));
    let before = store.profile(&profile_id(1)).await.unwrap().unwrap();
    for next in [Next::Failed, Next::Failed, Next::Delivered, Next::Failed, Next::Retry(at(1)), Next::Failed]
    {
        ends(&store, next).await;
    }
    assert_eq!(status(&store, 1).await, Status::Active, "two in a row since the last success");
    let last = ends(&store, Next::Failed).await;
    assert_eq!(status(&store, 1).await, Status::AutoDisabled);
    let after = store.profile(&profile_id(1)).await.unwrap().unwrap();
    assert!(after.modified_at > before.modified_at, "an editor that is open must notice");
    let holds = store.blocks().await.unwrap();
    let Some(Block { cause: Some(cause), title, .. }) = holds.disabled(&profile_id(1)) else {
        panic!("{holds:?}")
    };
    assert_eq!((cause.failed, cause.delivery, cause.message.as_str()), (3, last, "answered 500"));
    assert_eq!(title, "Order SMS");

    // Attempts in flight then have no further effect, and enabling restarts the count.
    ends(&store, Next::Failed).await;
    assert_eq!(store.blocks().await.unwrap(), holds);
    switch(&store, 1, Status::Active).await;
    ends(&store, Next::Failed).await;
    ends(&store, Next::Failed).await;
    assert_eq!(status(&store, 1).await, Status::Active);
    ends(&store, Next::Failed).await;
    assert_eq!(status(&store, 1).await, Status::AutoDisabled);
}

#[tokio::test]
async fn only_an_event_that_ends_by_it_is_counted_and_once() {
    let (_folder, store) = store();
    switch(&store, 1, Status::Active).await;
    store.judge_by(HealthRules::disabling_after(2));
    let first = ends(&store, Next::Failed).await;
    // Recorded again, since the first reply was lost.
    record(&store, first, 1, Next::Failed).await;
    for kind in [Kind::Test, Kind::Again] {
        let [id] = accept(&store, [of(1, kind)]).await;
        record(&store, id, 1, Next::Failed).await;
    }
    let [cancelled] = accept(&store, [of(1, Kind::Event)]).await;
    store.cancel(cancelled).await.unwrap();
    record(&store, cancelled, 1, Next::Failed).await;
    assert_eq!(status(&store, 1).await, Status::Active);
    store.judge_by(HealthRules::disabling_after(0));
    ends(&store, Next::Failed).await;
    ends(&store, Next::Failed).await;
    assert_eq!(status(&store, 1).await, Status::Active, "0 is never");
    store.judge_by(HealthRules::disabling_after(2));
    ends(&store, Next::Failed).await;
    assert_eq!(status(&store, 1).await, Status::AutoDisabled);
}

#[tokio::test]
async fn a_batch_is_counted_in_its_order() {
    let (_folder, store) = store();
    switch(&store, 1, Status::Active).await;
    store.judge_by(HealthRules::disabling_after(3));
    let new: [NewDelivery; 5] = std::array::from_fn(|_| of(1, Kind::Event));
    let ids = accept(&store, new).await;
    let mut batch = Vec::new();
    for (id, next) in
        ids.into_iter().zip([Next::Failed, Next::Failed, Next::Failed, Next::Failed, Next::Delivered])
    {
        batch.push(outcome(id, place(&store, id).await, 1, next));
    }
    store.record(batch.into()).await.unwrap();
    let holds = store.blocks().await.unwrap();
    let cause = holds.disabled(&profile_id(1)).unwrap().cause.clone().unwrap();
    assert_eq!((cause.failed, cause.delivery), (3, ids[2]));
    // The row is written only if the count has changed.
    let count = "SELECT failed_in_row FROM lane WHERE by_hand = 0";
    assert_eq!(store.read(move |tx| Ok(tx.query_row(count, [], |row| row.get::<_, i64>(0))?)).await, Ok(0));
}

/// Failures end late, after their retries: so the last ones to end in a mostly delivered batch are all failures.
#[tokio::test]
async fn in_a_row_is_as_they_were_accepted_and_not_as_they_end() {
    let (_folder, store) = store();
    switch(&store, 1, Status::Active).await;
    store.judge_by(HealthRules::disabling_after(3));
    let new: [NewDelivery; 12] = std::array::from_fn(|_| of(1, Kind::Event));
    let ids = accept(&store, new).await;
    let fails = |n: &usize| n.is_multiple_of(2);
    for n in (0..10).filter(|n| !fails(n)) {
        record(&store, ids[n], 1, Next::Delivered).await;
    }
    for n in (0..10).filter(fails) {
        record(&store, ids[n], 1, Next::Failed).await;
    }
    assert_eq!(status(&store, 1).await, Status::Active, "half of them arrived");
    record(&store, ids[10], 1, Next::Failed).await;
    record(&store, ids[11], 1, Next::Failed).await;
    assert_eq!(status(&store, 1).await, Status::Active);
    ends(&store, Next::Failed).await;
    assert_eq!(status(&store, 1).await, Status::AutoDisabled, "the last three have failed");
}

#[tokio::test]
async fn what_is_pending_of_a_deleted_profile_is_held_until_it_is_restored() {
    let (_folder, store) = store();
    let (id, other) = (profile_id(1), profile_id(2));
    store.save_profiles(vec![profile(1, "Order SMS"), profile(2, "Other")]).await.unwrap();
    let [queued, waiting, by_hand, theirs] =
        accept(&store, [of(1, Kind::Event), of(1, Kind::Event), of(1, Kind::Again), of(2, Kind::Event)])
            .await;
    record(&store, waiting, 1, Next::Retry(at(9_000))).await;
    assert_eq!(store.pending_events(&id).await.unwrap(), 2);
    let mut wakeups = store.wakeups();
    wakeups.mark_unchanged();
    assert!(store.delete_profile(&id).await.unwrap());
    assert!(wakeups.has_changed().unwrap(), "what was read ahead is forgotten");

    let mut got = sent(&store).await;
    got.sort();
    assert_eq!(got, [by_hand, theirs]);
    let due = due(&store, at(99_000), 100).await;
    let job = due.jobs.iter().find(|job| job.id() == by_hand).unwrap();
    assert!(job.profile.is_some(), "the credentials are kept");
    let held = store.blocked(None).await.unwrap();
    assert_eq!((held.queued, held.waiting), (1, 1));
    assert_eq!((held.by[0].why, held.by[0].title.as_str()), (BlockReason::Deleted, "Order SMS"));
    for id in [by_hand, theirs] {
        record(&store, id, 1, Next::Delivered).await;
    }
    assert!(!store.is_moving(None).await.unwrap(), "nobody waits for what is held");

    // A pause, too, can only be ended once the profile is restored.
    store.pause(Some(id.clone())).await.unwrap();
    let holds = store.blocks().await.unwrap();
    assert_eq!(holds.of_events(&id).unwrap().why, BlockReason::Deleted);
    assert!(holds.paused(&id).is_some() && holds.of_events(&other).is_none());
    store.resume(Some(id.clone())).await.unwrap();
    store.cancel(queued).await.unwrap();
    assert_eq!(store.deleted_profiles().await.unwrap()[0].pending, 1, "a person can cancel it meanwhile");

    let restored = store.restore_last().await.unwrap().unwrap();
    assert_eq!((restored.row.id, restored.pending), (id.clone(), 1));
    assert_eq!(sent(&store).await, [waiting]);
    assert_eq!(store.restore_last().await.unwrap(), None);
}

#[tokio::test]
async fn what_cannot_be_restored_any_more_is_no_longer_held() {
    let (_folder, store) = store();
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    let [id] = accept(&store, [of(1, Kind::Event)]).await;
    store.pause(Some(profile_id(1))).await.unwrap();
    store.delete_profile(&profile_id(1)).await.unwrap();
    let until = store.deleted_profiles().await.unwrap()[0].restorable_until();
    let hour = jiff::SignedDuration::from_hours(1);
    assert_eq!(store.purge_profiles(until - hour).await.unwrap(), 0);
    assert!(sent(&store).await.is_empty());

    let mut wakeups = store.wakeups();
    wakeups.mark_unchanged();
    assert_eq!(store.purge_profiles(until + hour).await.unwrap(), 1);
    assert!(wakeups.has_changed().unwrap(), "the sender looks again");
    assert!(store.blocks().await.unwrap().is_empty(), "its pause went with it");
    let due = due(&store, at(99_000), 100).await;
    assert_eq!((due.jobs[0].id(), &due.jobs[0].profile), (id, &None), "without a profile it fails");
}
