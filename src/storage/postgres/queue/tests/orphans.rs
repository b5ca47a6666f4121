//! The database went back to an earlier time while senders ran: it has claims that nobody knows of.

use super::*;
use crate::storage::Control as _;

/// Has everything claimed by the sender of this number.
fn claim_all(on: &OnServer, seat: i32) {
    on.database.sql(&format!("UPDATE ringback.pending SET claimed_by = {seat}"));
}

/// A number that no sender has.
const NOBODY: i32 = 1_000_000;

fn free(on: &OnServer) -> String {
    on.database.sql("SELECT count(*) FROM ringback.pending WHERE claimed_by IS NULL")
}

/// Claims until so many are there.
async fn claims(member: &Member, count: usize) -> Vec<DeliveryId> {
    let mut found = Vec::new();
    soon(async {
        while found.len() < count {
            found.extend(ids(&member.claim(9).await));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    found.sort_unstable();
    found
}

#[tokio::test]
async fn what_is_claimed_by_a_sender_that_does_not_exist_is_claimed_by_another() {
    let Some(on) = on_server().await else { return };
    let mut all = accept(&on, (0..3).map(|_| event(1, 'a')).collect()).await;
    on.database
        .sql("UPDATE ringback.pending SET attempts = 1 WHERE seq = (SELECT max(seq) FROM ringback.pending)");
    claim_all(&on, NOBODY);
    let one = Member::join(&on, &[]).await;
    all.sort_unstable();
    assert_eq!(claims(&one, 3).await, all, "a retry too");
    one.leave().await;
    // And where it ran before, and its queues start after them.
    claim_all(&on, NOBODY);
    let two = Member::join(&on, &[]).await;
    assert_eq!(claims(&two, 3).await, all);
}

#[tokio::test]
async fn claims_of_living_senders_stay() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let two = Member::join(&on, &[&one]).await;
    let all = accept(&on, vec![event(1, 'a')]).await;
    assert_eq!(ids(&one.claim(9).await), all);
    two.store.free_orphans().await.unwrap();
    assert_eq!(free(&on), "0");
    claim_all(&on, NOBODY);
    soon(async {
        while free(&on) != "1" {
            two.store.free_orphans().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn who_leaves_frees_what_the_database_has_of_it_without_its_knowledge() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let two = Member::join(&on, &[&one]).await;
    let mut all = accept(&on, (0..3).map(|_| event(1, 'a')).collect()).await;
    claim_all(&on, one.seq());
    one.leave().await;
    assert_eq!(free(&on), "3");
    all.sort_unstable();
    assert_eq!(claims(&two, 3).await, all);
}

#[tokio::test]
async fn a_sender_whose_last_renewal_is_lost_frees_what_it_does_not_know_of() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let all = accept(&on, (0..3).map(|_| event(1, 'a')).collect()).await;
    assert_eq!(ids(&one.claim(1).await), all[..1]);
    claim_all(&on, one.seq());
    one.renew(None).await.unwrap();
    assert!(one.claim(9).await.is_empty(), "nothing was lost");
    let mut wakeups = one.store.wakeups();
    let before = *wakeups.borrow_and_update();
    on.database.sql("UPDATE ringback.sender SET seen_until = seen_until - interval '1 second'");
    one.renew(None).await.unwrap();
    assert_ne!(wakeups.borrow_and_update().invalidated, before.invalidated, "the dispatcher asks again");
    assert_eq!(ids(&one.claim(9).await), all[1..], "what it has in flight stays its own");
}

/// After a restore the numbers of seats are given again.
#[tokio::test]
async fn a_seat_that_another_sender_has_by_now_is_lost_and_stays_the_others() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let all = accept(&on, vec![event(1, 'a')]).await;
    assert_eq!(ids(&one.claim(9).await), all);
    on.database.sql("UPDATE ringback.sender SET since = since + interval '1 microsecond'");
    assert!(matches!(one.renew(None).await, Err(QueueError::Overtaken(_))));
    one.leave().await;
    assert_eq!(on.database.sql("SELECT count(*) FROM ringback.sender"), "1");
    assert_eq!(free(&on), "0");
}

#[tokio::test]
async fn a_retry_frees_what_no_sender_has_and_a_look_at_the_server_counts_it() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    one.seat.as_ref().unwrap().stop_looking();
    let held = accept(&on, vec![event(1, 'a')]).await;
    assert_eq!(ids(&one.claim(9).await), held);
    let stray = accept(&on, vec![event(1, 'a')]).await;
    assert_eq!(on.store.facts().await.unwrap().orphans, Some(0));
    on.database.sql(&format!("UPDATE ringback.pending SET claimed_by = {NOBODY} WHERE claimed_by IS NULL"));
    assert_eq!(on.store.facts().await.unwrap().orphans, Some(1));
    assert!(on.store.retry_now(held[0]).await.unwrap() && on.store.retry_now(stray[0]).await.unwrap());
    assert_eq!(free(&on), "1", "a claim of a sender that lives stays");
    assert_eq!(on.store.facts().await.unwrap().orphans, Some(0));
    assert_eq!(claims(&one, 1).await, stray);
}
