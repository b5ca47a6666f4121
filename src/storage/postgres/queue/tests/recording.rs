//! What is recorded: each outcome once, with its counts, and profiles that fail too often.

use super::*;
use crate::profile::{Profile, Status};
use crate::storage::conformance::samples;
use crate::storage::encoding;
use crate::storage::{Health as _, HealthRules, Log as _};

fn counts(on: &OnServer) -> String {
    on.database.sql("SELECT sum(queued), sum(waiting), sum(delivered), sum(failed) FROM ringback.tally")
}

#[tokio::test]
async fn a_batch_ends_waits_and_is_counted_once_however_often_it_is_sent() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let all = accept(&on, (0..4).map(|_| event(1, 'a')).collect()).await;
    let jobs = one.claim(9).await;
    assert_eq!(ids(&jobs), all);
    let outcomes: Arc<[Outcome]> = [
        outcome(&jobs[0], Next::Delivered),
        outcome(&jobs[1], Next::Failed),
        outcome(&jobs[2], Next::Retry(in_ms(-1))),
        outcome(&jobs[3], Next::Retry(in_ms(60_000))),
    ]
    .into();
    for _ in 0..2 {
        assert_eq!(one.store.record(Arc::clone(&outcomes)).await.unwrap(), []);
        assert_eq!(counts(&on), "0|2|1|1");
        assert_eq!(on.database.sql("SELECT count(*) FROM ringback.attempt"), "4");
    }
    let name = one.seq();
    let named = format!("SELECT count(*) FROM ringback.attempt WHERE sender LIKE '%/{name}'");
    assert_eq!(on.database.sql(&named), "4", "each says who made it");
    let details = on.store.delivery(all[0]).await.unwrap().unwrap();
    let made_by = details.attempts[0].sender.clone().unwrap();
    assert!(made_by.ends_with(&format!("/{}/{name}", std::process::id())), "{made_by}");
    let claimed = one.store.claim(Demand::idle(clock::now(), 9, 16)).await.unwrap();
    assert_eq!((ids(&claimed.jobs), claimed.jobs[0].attempts), (all[2..3].to_vec(), 1));
    let wait = claimed.next_due.unwrap().duration_since(clock::now()).as_secs();
    assert!((50..=60).contains(&wait), "{wait}");
    assert!(one.record(&claimed.jobs[0], Next::Delivered).await);
    assert_eq!(counts(&on), "0|1|2|1");
}

#[tokio::test]
async fn first_attempts_precede_retries_and_those_are_by_their_time() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let all = accept(&on, (0..4).map(|_| event(1, 'a')).collect()).await;
    let jobs = one.claim(2).await;
    assert!(one.record(&jobs[0], Next::Retry(in_ms(-1_000))).await);
    assert!(one.record(&jobs[1], Next::Retry(in_ms(-60_000))).await);
    assert_eq!(ids(&one.claim(9).await), [all[2], all[3], all[1], all[0]]);
}

#[tokio::test]
async fn what_was_cancelled_meanwhile_stays_so_and_shows_its_attempt() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    accept(&on, vec![event(1, 'a')]).await;
    let jobs = one.claim(9).await;
    on.database.sql("WITH g AS (DELETE FROM ringback.pending RETURNING seq, lane, attempts)
         INSERT INTO ringback.ended (seq, ended_at, lane, state, attempts) SELECT seq, 1, lane, 4, attempts FROM g");
    assert!(!one.record(&jobs[0], Next::Retry(in_ms(0))).await);
    assert_eq!(on.database.sql("SELECT state, attempts, status FROM ringback.ended"), "4|1|500");
    assert_eq!(on.database.sql("SELECT count(*) FROM ringback.pending"), "0");
}

/// A profile as it is saved.
fn saved(on: &OnServer, n: u128) -> Profile {
    let profile = samples::profile(n, "Order SMS");
    let document = encoding::document_text(&profile).replace('\'', "''");
    on.database.sql(&format!(
        "INSERT INTO ringback.profile (id, title, channel, method, endpoint, status, created_at, modified_at, document)
         VALUES ('{}', 'Order SMS', 'sms', 'GET', 'https://a.example', 'active', 1, 1, '{document}')",
        profile.id.as_str()
    ));
    profile
}

#[tokio::test]
async fn too_many_consecutive_failures_disable_the_profile_whichever_senders_record_them() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let two = Member::join(&on, &[&one]).await;
    one.store.judge_by(HealthRules::disabling_after(4));
    two.store.judge_by(HealthRules::disabling_after(4));
    let profile = saved(&on, 1);
    let new = || NewDelivery { profile_id: profile.id.clone(), ..event(1, 'a') };
    accept(&on, (0..6).map(|_| new()).collect()).await;
    let (mine, yours) = (one.claim(3).await, two.claim(9).await);
    assert_eq!((mine.len(), yours.len()), (3, 3));
    assert!(one.record(&mine[0], Next::Delivered).await && one.record(&mine[1], Next::Failed).await);
    assert!(two.record(&yours[0], Next::Failed).await && one.record(&mine[2], Next::Failed).await);
    assert_eq!(on.database.sql("SELECT failed_in_row FROM ringback.lane"), "3");
    let mut wakeups = one.store.wakeups();
    let before = *wakeups.borrow_and_update();
    assert!(two.record(&yours[1], Next::Failed).await);
    soon(wakeups.wait_for(|now| now.invalidated != before.invalidated)).await.unwrap();
    let hold = "SELECT why, failed, message FROM ringback.hold";
    assert_eq!(on.database.sql(hold), "auto-disabled|4|500");
    let document = on.database.sql("SELECT document FROM ringback.profile");
    assert_eq!(encoding::profile(&document).unwrap().status, Status::AutoDisabled);
    two.store.release(&references(&yours[2..])).await.unwrap();
    assert!(one.claim(9).await.is_empty() && two.claim(9).await.is_empty(), "its events are blocked");
}

/// Each turn is recorded once, and a success by a sender that has seen no failure is a recovery.
#[tokio::test]
async fn turns_are_recorded_once_whichever_senders_record_what_leads_to_them() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let two = Member::join(&on, &[&one]).await;
    for member in [&one, &two] {
        member.store.judge_by(HealthRules { failing_after: 3, ..HealthRules::disabling_after(0) });
    }
    let profile = saved(&on, 1);
    accept(&on, (0..12).map(|_| NewDelivery { profile_id: profile.id.clone(), ..event(1, 'a') }).collect())
        .await;
    let (yours, mine) = (two.claim(6).await, one.claim(6).await);
    let turns = "SELECT string_agg(kind, ' ' ORDER BY seq) FROM ringback.turn";
    // The second sender knows the lane as healthy, and writes what arrives once a second.
    assert!(two.record(&yours[0], Next::Delivered).await);
    let mut wakeups = two.store.wakeups();
    let before = *wakeups.borrow_and_update();
    for job in &mine[..2] {
        assert!(one.record(job, Next::Failed).await);
    }
    assert_eq!(on.database.sql(turns), "");
    let (first, second) =
        tokio::join!(one.record(&mine[2], Next::Failed), two.record(&yours[1], Next::Failed));
    assert!(first && second);
    assert_eq!(on.database.sql(turns), "failing");
    soon(wakeups.wait_for(|now| now.invalidated != before.invalidated)).await.unwrap();
    let (first, second) =
        tokio::join!(one.record(&mine[3], Next::Delivered), two.record(&yours[2], Next::Delivered));
    assert!(first && second);
    assert_eq!(on.database.sql(turns), "failing recovered");
    assert_eq!(on.database.sql("SELECT count(*) FROM ringback.health"), "0");
}

#[tokio::test]
async fn a_delivery_that_arrived_ends_a_row_of_failures() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    one.store.judge_by(HealthRules::disabling_after(2));
    let profile = saved(&on, 1);
    accept(&on, (0..6).map(|_| NewDelivery { profile_id: profile.id.clone(), ..event(1, 'a') }).collect())
        .await;
    let jobs = one.claim(9).await;
    for (job, next) in
        jobs.iter().zip([Next::Failed, Next::Delivered, Next::Delivered, Next::Failed, Next::Delivered])
    {
        assert!(one.record(job, next).await);
    }
    assert!(one.record(&jobs[5], Next::Failed).await);
    assert_eq!(on.database.sql("SELECT count(*) FROM ringback.hold"), "0");
    assert_eq!(on.database.sql("SELECT failed_in_row FROM ringback.lane"), "1");
}

/// Drops the partitions of today.
const DROP_TODAY: &str = "DO $$ DECLARE part text; BEGIN
  FOREACH part IN ARRAY ARRAY['delivery', 'attempt', 'ended'] LOOP
    EXECUTE format('DROP TABLE ringback.%I', part || '_' || to_char(now(), 'YYYYMMDD')); END LOOP; END $$";

/// Moves the last delivery to tomorrow.
const MOVE_LAST: &str = "
WITH l AS (SELECT max(seq) AS seq FROM ringback.pending),
 d AS (UPDATE ringback.delivery d SET seq = d.seq + 86400000000 * 2048 FROM l WHERE d.seq = l.seq)
UPDATE ringback.pending p SET seq = p.seq + 86400000000 * 2048 FROM l WHERE p.seq = l.seq";

#[tokio::test]
async fn what_is_told_of_a_day_that_was_dropped_is_recorded_nowhere_and_keeps_nothing_else_from_it() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let all = accept(&on, (0..3).map(|_| event(1, 'a')).collect()).await;
    on.database.sql(MOVE_LAST);
    let jobs = one.claim(9).await;
    assert_eq!(ids(&jobs), all);
    on.database.sql(DROP_TODAY);
    let outcomes = [
        outcome(&jobs[0], Next::Delivered),
        outcome(&jobs[1], Next::Retry(in_ms(-1))),
        outcome(&jobs[2], Next::Delivered),
    ];
    let outcomes: Arc<[Outcome]> = outcomes.into();
    for _ in 0..2 {
        let not_ours = one.store.record(Arc::clone(&outcomes)).await.unwrap();
        assert_eq!(not_ours, references(&jobs[..2]));
        assert_eq!(counts(&on), "0|0|1|0");
        assert_eq!(on.database.sql("SELECT count(*) FROM ringback.pending"), "0");
    }
}

#[tokio::test]
async fn what_is_pending_of_a_day_that_was_dropped_leaves_the_queue() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let all = accept(&on, (0..2).map(|_| event(1, 'a')).collect()).await;
    on.database.sql(MOVE_LAST);
    on.database.sql(DROP_TODAY);
    let claimed = one.store.claim(Demand::idle(clock::now(), 9, 16)).await.unwrap();
    assert_eq!((ids(&claimed.jobs), claimed.unreadable.len()), (all[1..].to_vec(), 1));
    assert_eq!(counts(&on), "1|0|0|0");
    assert_eq!(on.database.sql("SELECT count(*) FROM ringback.pending"), "1");
}
