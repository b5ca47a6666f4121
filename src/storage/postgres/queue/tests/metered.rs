//! Profiles that are probed or recovering, as rows: what is locked, and what is left of them.

use super::*;
use crate::profile::{AutoEnable, Profile, Status};
use crate::storage::Profiles as _;
use crate::storage::conformance::samples::profile;

/// A profile of this number whose probe is due.
async fn probed(on: &OnServer, n: u128) -> Profile {
    let (auto_enable, status) = (AutoEnable::Probe, Status::AutoDisabled);
    let saved = Profile { auto_enable, status, ..profile(n, &format!("Order SMS {n}")) };
    on.store.save_profiles(vec![saved.clone()]).await.unwrap();
    on.database.sql("UPDATE ringback.hold SET probe_at = 1");
    saved
}

/// A probe, and its outcome.
fn probe(job: &Job, next: Next) -> Outcome {
    let mut probe = outcome(job, next);
    probe.attempt.is_probe = true;
    probe
}

#[tokio::test]
async fn a_claim_locks_no_profile_of_which_it_can_send_nothing() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    probed(&on, 1).await;
    let locked_by = || on.database.sql("SELECT xmax FROM ringback.hold");
    let before = locked_by();
    assert!(one.claim(9).await.is_empty());
    assert_eq!(locked_by(), before, "nothing is queued");
    let queued = accept(&on, vec![event(1, 'a'), event(1, 'a')]).await;
    assert!(one.claim(0).await.is_empty());
    assert_eq!(locked_by(), before, "nothing more was asked for");
    assert_eq!(ids(&one.claim(9).await), queued[..1]);
    let before = locked_by();
    assert!(one.claim(9).await.is_empty());
    assert_eq!(locked_by(), before, "its probe is in flight");
}

#[tokio::test]
async fn nothing_is_left_of_a_probe_that_a_person_has_ended() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let claims = || on.database.sql("SELECT count(*) FROM ringback.metered_claim");
    for status in [Status::Active, Status::Disabled] {
        let saved = probed(&on, 1).await;
        accept(&on, vec![event(1, 'a')]).await;
        let jobs = one.claim(1).await;
        assert_eq!((jobs.len(), claims().as_str()), (1, "1"));
        on.store.save_profiles(vec![Profile { status, ..saved }]).await.unwrap();
        assert_eq!(claims(), "0");
        one.record(&jobs[0], Next::Delivered).await;
    }
}

#[tokio::test]
async fn lanes_are_metered_for_as_long_as_their_profile_is() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let saved = probed(&on, 1).await;
    probed(&on, 2).await;
    accept(&on, vec![event(1, 'a'), event(2, 'a')]).await;
    let jobs = one.claim(9).await;
    assert_eq!(jobs.len(), 2);
    let lanes = || {
        let mut lanes: Vec<i32> = one.store.sender().ready().metered.iter().copied().collect();
        lanes.sort_unstable();
        lanes
    };
    assert_eq!(lanes().len(), 2);
    on.store.save_profiles(vec![Profile { status: Status::Active, ..saved }]).await.unwrap();
    one.claim(9).await;
    let other =
        jobs.iter().find(|job| *job.subject.profile_id == *profile(2, "Order SMS 2").id.as_str()).unwrap();
    assert_eq!(lanes(), [i32::try_from(other.lane.number()).unwrap()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_row_that_all_share_is_locked_last() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let _ = (probed(&on, 1).await, probed(&on, 2).await);
    accept(&on, vec![event(1, 'a'), event(2, 'a')]).await;
    let jobs = one.claim(9).await;
    // As if a person saved the other profile meanwhile, once the sender waits for that.
    let id = profile(2, "Order SMS 2").id;
    let saving = format!(
        "DO $$ BEGIN
           PERFORM FROM ringback.profile WHERE id = '{id}' FOR UPDATE;
           PERFORM pg_advisory_lock(1);
           LOOP EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted); PERFORM pg_sleep(0.01); END LOOP;
           UPDATE ringback.revision SET steering = steering + 1;
         END $$"
    );
    let outcomes: Arc<[Outcome]> = jobs
        .iter()
        .map(|job| {
            let is_first = *job.subject.profile_id != *id.as_str();
            probe(job, if is_first { Next::Retry(clock::now()) } else { Next::Delivered })
        })
        .collect();
    std::thread::scope(|scope| {
        let saving = scope.spawn(|| on.database.sql(&saving));
        let recording = async {
            let is_locked =
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND granted";
            soon(async {
                while on.database.sql(is_locked) == "0" {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            })
            .await;
            one.store.record(outcomes).await
        };
        let recorded = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(recording));
        saving.join().unwrap();
        assert!(recorded.unwrap().is_empty());
    });
    assert_eq!(on.database.sql("SELECT count(*) FROM ringback.hold"), "1", "one is enabled");
}
