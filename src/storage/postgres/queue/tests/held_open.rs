//! A transaction is held open, and dead rows stay: nothing reads them again and again.

use super::*;
use crate::storage::Control as _;
use crate::storage::postgres::connection::session::Session;

/// What ended in the hour before, of the first lane.
const DEAD: i64 = 20_000;

/// So many claims that the lane counts as one with many dead rows.
const CLAIMS: usize = 1_024;

/// How often something is accepted and claimed afterwards.
const ROUNDS: i64 = 20;

/// Index entries of the queue that were read so far, once the server has counted what these sessions did.
async fn read(on: &OnServer, sessions: &[&Session]) -> i64 {
    for session in sessions {
        let mut acquired = session.acquire().await.unwrap();
        acquired.db().unwrap().rows("SELECT pg_stat_force_next_flush()", &[]).await.unwrap();
    }
    let sql = "SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname = 'pending'";
    on.database.sql(sql).parse().unwrap()
}

/// Claims and records what there is: so much.
async fn send(member: &Member, mut count: usize) {
    while count > 0 {
        let jobs = member.try_claim(Demand::idle(clock::now(), 256, 256)).await.unwrap();
        assert!(!jobs.is_empty() && jobs.len() <= count, "{} of {count}", jobs.len());
        let outcomes: Vec<Outcome> = jobs.iter().map(|job| outcome(job, Next::Delivered)).collect();
        assert!(member.store.record(outcomes.into()).await.unwrap().is_empty());
        count -= jobs.len();
    }
}

/// Claims, as long as something is accepted in between: how many entries each round reads.
async fn rounds(on: &OnServer, member: &Member) -> i64 {
    let sender = member.store.sender();
    let sessions = [&sender.claim_session, &sender.records];
    let before = read(on, &sessions).await;
    for _ in 0..ROUNDS {
        accept(on, vec![event(1, 'a')]).await;
        send(member, 1).await;
        member.store.sweep().await.unwrap();
    }
    (read(on, &sessions).await - before) / ROUNDS
}

#[tokio::test]
async fn what_ended_while_a_transaction_is_held_open_is_not_read_by_each_claim() {
    let Some(on) = on_server().await else { return };
    let mut acquired = on.store.write().await.unwrap();
    acquired.db().unwrap().batch("SET idle_in_transaction_session_timeout = 0").await.unwrap();
    let open = acquired.begin().await.unwrap();
    open.db().batch("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT").await.unwrap();
    let one = Member::join(&on, &[]).await;
    // What is looked at now and then is counted elsewhere.
    one.seat.as_ref().unwrap().stop_looking();
    accept(&on, (0..CLAIMS).map(|_| event(1, 'a')).collect()).await;
    on.database.sql(&format!(
        "SET search_path = ringback;
         INSERT INTO pending (seq, lane, due_at)
           SELECT min - n * 100000, lane, 0 FROM (SELECT min(seq), lane FROM pending GROUP BY lane) p, generate_series(1, {DEAD}) n;
         UPDATE pending SET claimed_by = 7 WHERE due_at = 0;
         DELETE FROM pending WHERE due_at = 0"
    ));
    send(&one, CLAIMS).await;
    let of_claims = rounds(&on, &one).await;
    // Those of the last second are read, in case one was committed late.
    assert!(of_claims < 3 * i64::try_from(CLAIMS).unwrap(), "{of_claims}");
    one.leave().await;
    let two = Member::join(&on, &[]).await;
    two.seat.as_ref().unwrap().stop_looking();
    let of_newcomer = rounds(&on, &two).await;
    assert!(of_newcomer < 3 * i64::try_from(CLAIMS).unwrap(), "{of_newcomer}");
    let read_by = &[&on.store.0.reads[0]][..];
    let before = read(&on, read_by).await;
    assert!(!on.store.is_moving(None).await.unwrap());
    assert_eq!(read(&on, read_by).await, before, "the counts say whether anything is pending");
    drop(open);
}
