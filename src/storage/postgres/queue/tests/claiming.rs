//! What is claimed: once each, in the order of turns, whatever other senders do.

use std::collections::HashSet;

use super::*;
use crate::storage::{OriginLoad, Wakeup};

#[tokio::test]
async fn each_delivery_is_claimed_by_one_sender() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let other = Member::join(&on, &[&one]).await;
    let all = accept(&on, (0..96).map(|n| event(n % 6, if n % 2 == 0 { 'a' } else { 'b' })).collect()).await;
    let mut claimed = Vec::new();
    while claimed.len() < all.len() {
        let before = claimed.len();
        let (mine, yours) = tokio::join!(one.claim(24), other.claim(24));
        claimed.extend(ids(&mine));
        claimed.extend(ids(&yours));
        assert!(claimed.len() > before, "{before} of {}", all.len());
    }
    let distinct: HashSet<_> = claimed.iter().collect();
    assert_eq!((claimed.len(), distinct.len()), (all.len(), all.len()));
    assert!(one.claim(9).await.is_empty() && other.claim(9).await.is_empty());
}

#[tokio::test]
async fn a_job_has_all_that_is_needed_to_send_it() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let new = event(7, 'a');
    accept(&on, vec![new.clone()]).await;
    let jobs = one.claim(9).await;
    let job = &jobs[0];
    assert_eq!(
        (job.id(), &job.origin[..], job.manual, job.attempts),
        (new.id, "https://a.example", false, 0)
    );
    assert_eq!((&job.callback, job.policy), (&new.request.unwrap().into(), new.policy));
    assert_eq!((&*job.subject.profile_id, job.subject.event), (new.profile_id.as_str(), new.event));
    assert!(job.profile.is_none(), "it was never saved");
}

#[tokio::test]
async fn what_is_released_is_claimed_again_by_whoever_asks() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let other = Member::join(&on, &[&one]).await;
    let all = accept(&on, (0..4).map(|_| event(1, 'a')).collect()).await;
    let jobs = one.claim(9).await;
    assert_eq!(ids(&jobs), all);
    one.store.release(&references(&jobs[1..])).await.unwrap();
    assert_eq!(ids(&one.claim(1).await), all[1..2], "its own queue begins there again");
    assert_eq!(ids(&other.claim(9).await), all[2..]);
    one.store.release(&references(&jobs[2..])).await.unwrap();
    assert!(one.claim(9).await.is_empty(), "those are another's");
}

#[tokio::test]
async fn what_was_claimed_and_never_heard_of_is_claimed_again() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let all = accept(&on, (0..3).map(|_| event(1, 'a')).collect()).await;
    let held = one.claim(1).await;
    assert_eq!(ids(&held), all[..1]);
    // As by a claim whose response is lost with its connection.
    on.database.sql(&format!("UPDATE ringback.pending SET claimed_by = {}", one.seq()));
    assert!(one.claim(9).await.is_empty());
    one.store.sender().held().note_strays(std::time::Instant::now());
    let again = one.claim(9).await;
    assert_eq!(ids(&again), all[1..], "and what it holds stays its own");
}

/// Every claim begins where the last one stopped; what was committed late is found too.
#[tokio::test]
async fn what_lies_before_a_floor_is_found() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let all = accept(&on, (0..3).map(|_| event(1, 'a')).collect()).await;
    let jobs = one.claim(9).await;
    assert_eq!(ids(&jobs), all);
    // As if it had been in flight for an hour when it was committed.
    on.database.sql(
        "UPDATE ringback.pending SET claimed_by = NULL WHERE seq = (SELECT min(seq) FROM ringback.pending)",
    );
    accept(&on, vec![event(1, 'a')]).await;
    let found = soon(async {
        loop {
            let found = ids(&one.claim(9).await);
            if found.contains(&all[0]) {
                break found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert!(found.await.contains(&all[0]));
}

#[tokio::test]
async fn what_another_process_accepts_wakes_and_is_claimed() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let mut wakeups = one.store.wakeups();
    assert!(one.claim(9).await.is_empty());
    let before: Wakeup = *wakeups.borrow_and_update();
    let all = accept(&on, vec![event(1, 'a')]).await;
    soon(wakeups.wait_for(|now| now.enqueued != before.enqueued)).await.unwrap();
    assert_eq!(ids(&one.claim(9).await), all);
}

#[tokio::test]
async fn what_nobody_rang_for_is_found_by_looking() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    assert!(one.claim(9).await.is_empty());
    let all = accept(&on, vec![event(1, 'a')]).await;
    let taken = one.claim(9).await;
    one.store.release(&references(&taken)).await.unwrap();
    let mut wakeups = one.store.wakeups();
    let before = *wakeups.borrow_and_update();
    // As another process would that died before its bell.
    on.database.sql(
        "UPDATE ringback.pending SET lane = lane + 1; INSERT INTO ringback.lane (profile_id, origin, by_hand)
                     SELECT profile_id, 'https://b.example', by_hand FROM ringback.lane",
    );
    soon(wakeups.wait_for(|now| now.enqueued != before.enqueued)).await.unwrap();
    let found = soon(async {
        loop {
            let jobs = one.claim(9).await;
            if !jobs.is_empty() {
                break jobs;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!((ids(&found), &found[0].origin[..]), (all, "https://b.example"));
}

#[tokio::test]
async fn what_is_blocked_is_not_claimed_and_what_a_person_sends_is() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let (blocked, manual) = (event(1, 'a'), NewDelivery { kind: Kind::Again, ..event(1, 'a') });
    on.database.sql(&format!(
        "INSERT INTO ringback.hold (profile_id, why, since) VALUES ('{}', 'paused', 1)",
        blocked.profile_id.as_str()
    ));
    let all = accept(&on, vec![blocked, manual, event(2, 'a')]).await;
    assert_eq!(ids(&one.claim(9).await), all[1..]);
    on.database.sql("DELETE FROM ringback.hold");
    assert_eq!(ids(&one.claim(9).await), all[..1]);
}

#[tokio::test]
async fn what_cannot_be_read_has_failed_and_hides_nothing() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let all = accept(&on, vec![event(1, 'a'), event(1, 'a')]).await;
    on.database.sql(&format!("UPDATE ringback.delivery SET method = 'BREW' WHERE id = '{}'", all[0]));
    let claimed = one.store.claim(Demand::idle(clock::now(), 9, 16)).await.unwrap();
    assert_eq!(ids(&claimed.jobs), all[1..]);
    assert!(claimed.unreadable[0].starts_with(&format!("delivery {}", all[0])), "{:?}", claimed.unreadable);
    assert_eq!(on.database.sql("SELECT state, class FROM ringback.ended"), "3|request");
    let counts = "SELECT sum(queued), sum(failed) FROM ringback.tally";
    assert_eq!(on.database.sql(counts), "1|1");
}

#[tokio::test]
async fn retries_that_cannot_be_sent_hide_no_others() {
    let Some(on) = on_server().await else { return };
    let hidden = accept(&on, vec![event(1, 'a'), event(2, 'b')]).await[1];
    // More of the first lane than a claim sees of all lanes, and due before.
    on.database.sql(
        "SET search_path = ringback;
         UPDATE pending SET attempts = 1, due_at = extract(epoch FROM now()) * 1000 - 5000;
         INSERT INTO pending (seq, lane, attempts, due_at) SELECT seq - n * 100000, lane, 1, due_at - 60000 + n
           FROM (SELECT * FROM pending ORDER BY seq LIMIT 1) p, generate_series(1, 600) n",
    );
    let paused = event(1, 'a').profile_id;
    let hold = format!("INSERT INTO ringback.hold (profile_id, why, since) VALUES ('{paused}', 'paused', 1)");
    on.database.sql(&hold);
    let one = Member::join(&on, &[]).await;
    let jobs = one.claim(9).await;
    assert_eq!(ids(&jobs), [hidden], "beside a paused profile");
    one.store.release(&references(&jobs)).await.unwrap();
    on.database.sql("DELETE FROM ringback.hold");
    let mut demand = Demand::idle(clock::now(), 9, 16);
    let full = OriginLoad { suspended: true, ..OriginLoad::default() };
    demand.origins.insert("https://a.example".into(), full);
    assert_eq!(ids(&one.try_claim(demand).await.unwrap()), [hidden], "beside an endpoint without a slot");
}
