//! What every queue must do, one thing a test.

use jiff::SignedDuration;

use super::*;
use crate::record::{LaneId, Origin};
use crate::storage::{ClockSource, LaneLoad, OriginLoad, Pace};

pub async fn a_claim_is_exclusive_until_it_is_released(queue: impl Subject) {
    let all = accept(&queue, vec![event(1, 'a'), event(1, 'a')]).await;
    let first = claim(&queue, 0, 1).await;
    assert_eq!(ids(&first), all[..1]);
    assert_eq!(ids(&claim(&queue, 0, 9).await), all[1..]);
    assert!(claim(&queue, 0, 9).await.is_empty());
    release(&queue, &first).await;
    assert_eq!(ids(&claim(&queue, 0, 9).await), all[..1]);
}

pub async fn two_claims_at_once_share_nothing(queue: impl Subject) {
    let mut all = accept(&queue, (0..64).map(|n| event(n % 8, 'a')).collect()).await;
    let (one, other) = tokio::join!(claim(&queue, 0, 32), claim(&queue, 0, 32));
    let mut claimed = ids(&one);
    claimed.extend(ids(&other));
    claimed.extend(ids(&claim(&queue, 0, 64).await));
    let count = claimed.len();
    claimed.sort_unstable();
    claimed.dedup();
    assert_eq!(claimed.len(), count, "none is claimed twice");
    all.retain(|id| !claimed.contains(id));
    // Each claim has room for sixteen of an origin.
    assert_eq!((count, all.len()), (48, 16));
}

pub async fn what_is_recorded_is_claimed_no_more(queue: impl Subject) {
    let [delivered, failed] = accept(&queue, vec![event(1, 'a'), event(1, 'a')]).await[..] else { panic!() };
    let jobs = claim(&queue, 0, 9).await;
    assert!(record(&queue, &jobs[0], Next::Delivered).await);
    assert!(record(&queue, &jobs[1], Next::Failed).await);
    assert!(claim(&queue, 99_000, 9).await.is_empty());
    assert_eq!(queue.state_of(delivered).await, Some(DeliveryState::Delivered));
    assert_eq!(queue.state_of(failed).await, Some(DeliveryState::Failed));
}

pub async fn a_retry_is_due_at_its_time(queue: impl Subject) {
    let all = accept(&queue, vec![event(1, 'a')]).await;
    let jobs = claim(&queue, 0, 9).await;
    assert!(record(&queue, &jobs[0], Next::Retry(at(5_000))).await);
    assert_eq!(queue.state_of(all[0]).await, Some(DeliveryState::Waiting));
    let early = queue.claim(Demand::idle(at(4_999), 9, 16)).await.unwrap();
    assert!(early.jobs.is_empty());
    assert_eq!(early.next_due, Some(at(5_000)));
    let jobs = claim(&queue, 5_000, 9).await;
    assert_eq!((ids(&jobs), jobs[0].attempts), (all, 1));
}

pub async fn a_lane_is_in_the_order_of_acceptance_and_first_attempts_precede_retries(queue: impl Subject) {
    let all = accept(&queue, (0..4).map(|_| event(1, 'a')).collect()).await;
    let jobs = claim(&queue, 0, 2).await;
    assert_eq!(ids(&jobs), all[..2]);
    assert!(record(&queue, &jobs[0], Next::Retry(at(2_000))).await);
    assert!(record(&queue, &jobs[1], Next::Retry(at(1_000))).await);
    assert_eq!(ids(&claim(&queue, 3_000, 9).await), [all[2], all[3], all[1], all[0]]);
}

pub async fn no_more_is_claimed_than_was_asked_for_and_than_has_room(queue: impl Subject) {
    accept(&queue, (0..9).map(|_| event(1, 'a')).chain([event(1, 'b')]).collect()).await;
    let jobs = queue.claim(Demand::idle(at(0), 2, 3)).await.unwrap().jobs;
    assert_eq!(hosts(&jobs), "ab");
    release(&queue, &jobs).await;
    let jobs = queue.claim(Demand::idle(at(0), 99, 3)).await.unwrap().jobs;
    assert_eq!(hosts(&jobs).matches('a').count(), 3);
}

pub async fn what_a_person_sent_comes_first(queue: impl Subject) {
    accept(&queue, (0..20).map(|_| event(1, 'a')).collect()).await;
    let all = accept(&queue, vec![by_hand(1, 'a')]).await;
    let jobs = claim(&queue, 0, 3).await;
    assert_eq!((jobs[0].id(), jobs[0].manual, jobs[1].manual), (all[0], true, false));
    assert_ne!(jobs[0].lane, jobs[1].lane, "it has a lane of its own");
}

pub async fn the_origin_with_the_least_in_flight_is_next_and_equals_go_round(queue: impl Subject) {
    accept(&queue, "abc".repeat(4).chars().map(|host| event(1, host)).collect()).await;
    let mut demand = Demand::idle(at(0), 1, 16);
    let mut order = String::new();
    for _ in 0..6 {
        let claimed = queue.claim(demand.clone()).await.unwrap();
        demand.after = claimed.after;
        for job in &claimed.jobs {
            demand.origins.entry(job.origin.clone()).or_default().open += 1;
            demand.lanes.entry(job.lane).or_default().open += 1;
        }
        order += &hosts(&claimed.jobs);
    }
    assert_eq!(order, "abcabc");
}

pub async fn slow_lanes_come_last(queue: impl Subject) {
    accept(&queue, (0..3).flat_map(|_| [event(1, 'a'), event(2, 'a')]).collect()).await;
    let both = claim(&queue, 0, 2).await;
    let (slow, fast) = (both[0].lane, both[1].lane);
    assert_ne!(slow, fast);
    release(&queue, &both).await;
    let mut demand = Demand::idle(at(0), 3, 16);
    let load = |pace| LaneLoad { open: 1, pace, used: 0 };
    demand.lanes = [(slow, load(Pace::Slow)), (fast, load(Pace::Fast))].into();
    demand.origins =
        [(both[0].origin.clone(), OriginLoad { open: 2, fast: 1, ..OriginLoad::default() })].into();
    let lanes: Vec<LaneId> = queue.claim(demand).await.unwrap().jobs.iter().map(|job| job.lane).collect();
    assert_eq!(lanes, [fast, fast, fast]);
}

pub async fn nothing_is_claimed_of_an_origin_that_is_left_alone(queue: impl Subject) {
    accept(&queue, vec![event(1, 'a'), event(1, 'b')]).await;
    let mut demand = Demand::idle(at(0), 9, 16);
    let left_alone = OriginLoad { held: true, ..OriginLoad::default() };
    demand.origins = [(Origin::from("https://a.example"), left_alone)].into();
    assert_eq!(hosts(&queue.claim(demand).await.unwrap().jobs), "b");
}

pub async fn what_was_cancelled_meanwhile_stays_so_and_is_given_back(queue: impl Subject) {
    let all = accept(&queue, vec![event(1, 'a')]).await;
    let jobs = claim(&queue, 0, 9).await;
    queue.cancel_one(all[0]).await;
    assert!(!record(&queue, &jobs[0], Next::Retry(at(1_000))).await);
    assert_eq!(queue.state_of(all[0]).await, Some(DeliveryState::Cancelled));
    assert!(claim(&queue, 99_000, 9).await.is_empty());
}

pub async fn an_outcome_recorded_twice_is_one(queue: impl Subject) {
    let all = accept(&queue, vec![event(1, 'a')]).await;
    let jobs = claim(&queue, 0, 9).await;
    for _ in 0..2 {
        queue.record([outcome(&jobs[0], Next::Retry(at(1_000)))].into()).await.unwrap();
    }
    let jobs = claim(&queue, 1_000, 9).await;
    assert_eq!((ids(&jobs), jobs[0].attempts), (all, 1));
}

pub async fn releasing_what_is_not_claimed_does_nothing(queue: impl Subject) {
    accept(&queue, vec![event(1, 'a')]).await;
    let jobs = claim(&queue, 0, 9).await;
    assert!(record(&queue, &jobs[0], Next::Delivered).await);
    release(&queue, &jobs).await;
    release(&queue, &jobs).await;
    assert!(claim(&queue, 99_000, 9).await.is_empty());
}

pub async fn what_is_claimed_is_extended_and_what_is_lost_is_told(queue: impl Subject) {
    accept(&queue, vec![event(1, 'a')]).await;
    let jobs = claim(&queue, 0, 9).await;
    let held = [jobs[0].reference];
    assert_eq!(queue.extend(&held).await.unwrap(), []);
    if queue.lease().is_some() {
        release(&queue, &jobs).await;
        assert_eq!(claim(&queue, 0, 9).await.len(), 1);
        assert_eq!(queue.extend(&held).await.unwrap(), held);
    }
}

pub async fn wakeups_tell_what_the_sender_did_not_do_itself(queue: impl Subject) {
    let mut wakeups = queue.wakeups();
    let before = *wakeups.borrow_and_update();
    let all = accept(&queue, vec![event(1, 'a'), event(1, 'a')]).await;
    let now = *soon(wakeups.wait_for(|now| now.enqueued != before.enqueued)).await.unwrap();
    assert_eq!(now.invalidated, before.invalidated);
    let jobs = claim(&queue, 0, 1).await;
    assert!(record(&queue, &jobs[0], Next::Retry(at(1_000))).await);
    assert_eq!(*queue.wakeups().borrow(), now, "it knows what it has recorded");
    queue.cancel_one(all[1]).await;
    soon(wakeups.wait_for(|then| then.invalidated != now.invalidated)).await.unwrap();
}

pub async fn a_seat_that_is_left_frees_its_claims(queue: impl Subject) {
    let seat = soon(queue.join(|_| ())).await.unwrap();
    let all = accept(&queue, vec![event(1, 'a')]).await;
    assert_eq!(ids(&claim(&queue, 0, 9).await), all);
    assert!(claim(&queue, 0, 9).await.is_empty());
    soon(queue.leave(seat)).await.unwrap();
    let _next = soon(queue.join(|_| ())).await.unwrap();
    assert_eq!(ids(&claim(&queue, 0, 9).await), all);
}

pub async fn what_waits_moves_with_a_clock_that_was_set(queue: impl Subject) {
    if queue.clock() == ClockSource::Store {
        return;
    }
    accept(&queue, vec![event(1, 'a')]).await;
    let jobs = claim(&queue, 0, 9).await;
    assert!(record(&queue, &jobs[0], Next::Retry(at(8_000))).await);
    let hour = SignedDuration::from_hours(1);
    queue.shift(hour, at(0) + hour).await.unwrap();
    assert!(claim(&queue, 3_600_000 + 7_999, 9).await.is_empty());
    assert_eq!(claim(&queue, 3_600_000 + 8_000, 9).await.len(), 1);
}

/// The letters of their hosts.
fn hosts(jobs: &[Job]) -> String {
    jobs.iter().filter_map(|job| job.origin.chars().nth("https://".len())).collect()
}
