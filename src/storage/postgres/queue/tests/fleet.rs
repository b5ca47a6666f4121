//! Seats: joining, sharing, dying and leaving.

use super::*;
use crate::storage::Describe;

const ORIGIN: &str = "https://a.example";

#[tokio::test]
async fn three_senders_share_the_slots_of_each_origin() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let two = Member::join(&on, &[&one]).await;
    let three = Member::join(&on, &[&one, &two]).await;
    let mut fleets = Vec::new();
    for member in [&one, &two, &three] {
        fleets.push(member.adapt(3).await);
    }
    let mut shares: Vec<usize> = fleets.iter().map(|fleet| fleet.share(ORIGIN, 16)).collect();
    shares.sort_unstable();
    assert_eq!(shares, [5, 5, 6]);
    assert!(fleets.iter().all(|fleet| fleet.hosts() == 1));
    three.leave().await;
    assert_eq!(one.adapt(2).await.share(ORIGIN, 16) + two.adapt(2).await.share(ORIGIN, 16), 16);
}

#[tokio::test]
async fn a_newcomer_waits_until_the_others_have_made_room_and_wakes_them() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let mut wakeups = one.store.wakeups();
    let store = store_at(&on.database.url());
    let mut joining = std::pin::pin!(store.join(|_| ()));
    let mut fleet = one.renew(None).await.unwrap();
    while fleet.senders() < 2 {
        // Its own bell may come late.
        tokio::select! {
            _ = &mut joining => panic!("the first sender has not made room"),
            woken = soon(wakeups.changed()) => woken.unwrap(),
        }
        fleet = one.renew(None).await.unwrap();
    }
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut joining).await.is_err());
    one.renew(Some(fleet.newest())).await.unwrap();
    drop(soon(joining).await.unwrap());
}

#[tokio::test]
async fn a_newcomer_waits_for_the_dead_no_longer_than_their_lease() {
    let Some(on) = on_server().await else { return };
    on.database.sql("UPDATE ringback.meta SET lease_ms = 600");
    let one = Member::join(&on, &[]).await;
    assert_eq!(one.store.lease(), Some(Duration::from_millis(600)));
    // It never renews.
    let store = store_at(&on.database.url());
    drop(soon(store.join(|_| ())).await.unwrap());
    assert_eq!(soon(store.renew(SenderReport::default())).await.unwrap().senders(), 1, "its seat has ended");
}

#[tokio::test]
async fn a_newcomer_waits_for_requests_that_take_longer_than_a_lease() {
    let Some(on) = on_server().await else { return };
    on.database.sql("UPDATE ringback.meta SET lease_ms = 300");
    let one = Member::join(&on, &[]).await;
    let store = store_at(&on.database.url());
    let mut joining = std::pin::pin!(store.join(|_| ()));
    // It lives, and has more in flight than its share.
    let leases = "SELECT count(*) FROM ringback.sender WHERE seen_until > now()";
    let began = std::time::Instant::now();
    while began.elapsed() < Duration::from_millis(900) || on.database.sql(leases) != "2" {
        tokio::select! {
            _ = &mut joining => panic!("the first sender has not made room"),
            renewed = one.renew(None) => drop(renewed.unwrap()),
        }
        tokio::select! {
            _ = &mut joining => panic!("the first sender has not made room"),
            () = tokio::time::sleep(Duration::from_millis(20)) => {}
        }
    }
    let making_room = async {
        let newest = one.renew(None).await.unwrap().newest();
        one.renew(Some(newest)).await.unwrap();
    };
    let (joined, ()) = tokio::join!(soon(joining), making_room);
    drop(joined.unwrap());
}

#[tokio::test]
async fn who_gives_up_joining_is_not_waited_for() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let store = store_at(&on.database.url());
    let count = "SELECT count(*) FROM ringback.sender";
    {
        let mut joining = std::pin::pin!(store.join(|_| ()));
        while on.database.sql(count) != "2" {
            tokio::select! {
                _ = &mut joining => panic!("the first sender has not made room"),
                () = tokio::time::sleep(Duration::from_millis(5)) => {}
            }
        }
    }
    let mut wakeups = one.store.wakeups();
    let before = *wakeups.borrow_and_update();
    store.withdraw().await.unwrap();
    assert_eq!(on.database.sql(count), "1");
    soon(wakeups.wait_for(|now| now.fleet != before.fleet)).await.unwrap();
}

/// It lies before the start of the lane, where many dead rows may be.
#[tokio::test]
async fn who_frees_the_claims_of_the_dead_knows_where_they_are() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let two = Member::join(&on, &[&one]).await;
    two.seat.as_ref().unwrap().stop_looking();
    accept(&on, (0..3).map(|_| event(1, 'a')).collect()).await;
    let claimed = one.claim(2).await;
    assert_eq!(two.claim(9).await.len(), 1);
    lapse(&on, &one);
    assert_eq!(two.renew(None).await.unwrap().senders(), 1);
    let lane = i32::try_from(claimed[0].lane.number()).unwrap();
    let known = two.store.sender().ready().starts.take_strays(lane, false, 9);
    let positions: Vec<i64> = claimed.iter().map(|job| job.reference.token()).collect();
    assert_eq!(known, positions);
}

#[tokio::test]
async fn who_renews_frees_what_the_dead_had_claimed() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let two = Member::join(&on, &[&one]).await;
    let all = accept(&on, (0..3).map(|_| event(1, 'a')).collect()).await;
    let jobs = one.claim(2).await;
    assert_eq!(ids(&jobs), all[..2]);
    assert_eq!(ids(&two.claim(9).await), all[2..], "the others' queue begins after those");
    lapse(&on, &one);
    assert_eq!(two.renew(None).await.unwrap().senders(), 1);
    assert!(matches!(one.try_claim(Demand::idle(clock::now(), 9, 16)).await, Err(QueueError::Overtaken(_))));
    assert!(matches!(one.renew(None).await, Err(QueueError::Overtaken(_))));
    let freed = two.claim(9).await;
    assert_eq!(ids(&freed), all[..2]);
    // Both have sent it: both attempts are in the log, and it ends once.
    assert!(!one.record(&jobs[0], Next::Delivered).await);
    assert!(two.record(&freed[0], Next::Delivered).await);
    let seq = freed[0].reference.token();
    let attempts =
        format!("SELECT string_agg(n::text, ' ' ORDER BY n) FROM ringback.attempt WHERE seq = {seq}");
    assert_eq!(on.database.sql(&attempts), "1 2");
    assert_eq!(on.database.sql("SELECT sum(queued), sum(delivered) FROM ringback.tally"), "2|1");
}

#[tokio::test]
async fn what_arrived_of_the_dead_need_not_be_sent_again() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let two = Member::join(&on, &[&one]).await;
    accept(&on, vec![event(1, 'a')]).await;
    let jobs = one.claim(9).await;
    lapse(&on, &one);
    two.renew(None).await.unwrap();
    // Nobody has claimed it since.
    assert!(one.record(&jobs[0], Next::Delivered).await);
    assert!(two.claim(9).await.is_empty());
}

#[tokio::test]
async fn who_leaves_frees_its_claims() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let two = Member::join(&on, &[&one]).await;
    let all = accept(&on, vec![event(1, 'a')]).await;
    assert_eq!(ids(&two.claim(9).await), all);
    let mut wakeups = one.store.wakeups();
    let before = *wakeups.borrow_and_update();
    two.leave().await;
    soon(wakeups.wait_for(|now| now.fleet != before.fleet)).await.unwrap();
    assert_eq!(one.renew(None).await.unwrap().senders(), 1);
    assert_eq!(ids(&one.claim(9).await), all);
    assert_eq!(on.database.sql("SELECT count(*) FROM ringback.sender"), "1");
}

#[tokio::test]
async fn who_leaves_frees_claims_that_it_has_not_heard_of() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let all = accept(&on, vec![event(1, 'a'), event(1, 'a')]).await;
    assert_eq!(ids(&one.claim(1).await), all[..1]);
    // As by a claim whose response is lost with its connection.
    on.database.sql(&format!("UPDATE ringback.pending SET claimed_by = {}", one.seq()));
    one.store.sender().held().note_strays(std::time::Instant::now());
    one.leave().await;
    assert_eq!(on.database.sql("SELECT count(*) FROM ringback.pending WHERE claimed_by IS NULL"), "2");
}

#[tokio::test]
async fn senders_are_listed_with_their_last_reports() {
    let Some(on) = on_server().await else { return };
    let one = Member::join(&on, &[]).await;
    let trouble = Some("cannot send for now".to_owned());
    let report = SenderReport { adapted_to: Some(1), in_flight: 7, rate: 1200, trouble: trouble.clone() };
    one.store.renew(report).await.unwrap();
    let listed = Describe::senders(&on.store).await.unwrap();
    let [sender] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!((sender.in_flight, sender.rate, &sender.trouble), (Some(7), Some(1200), &trouble));
    assert_eq!(
        (sender.pid, sender.command.as_deref(), sender.version.as_deref()),
        (std::process::id(), Some("work"), Some(env!("CARGO_PKG_VERSION")))
    );
    assert_eq!(sender.name, format!("{}/{}/{}", sender.host, sender.pid, one.seq()));
    let left = sender.lease_until.unwrap().duration_since(clock::now());
    assert!(left.as_secs() > 0 && left.as_secs() <= 15, "{left}");
}
