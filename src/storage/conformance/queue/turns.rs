//! The order of claims: lanes, origins, and the slots of a sender.

use super::*;
use crate::record::{LaneId, Origin};
use crate::storage::{LaneLoad, OriginLoad, Pace};

pub async fn a_lane_is_in_the_order_of_acceptance_and_first_attempts_precede_retries(
    subject: &impl QueueUnderTest,
) {
    let all = accept(subject, (0..4).map(|_| event(1, 'a')).collect()).await;
    let jobs = claim(subject, 0, 2).await;
    assert_eq!(ids(&jobs), all[..2]);
    assert!(record(subject, &jobs[0], Next::Retry(at(2_000))).await);
    assert!(record(subject, &jobs[1], Next::Retry(at(1_000))).await);
    assert_eq!(ids(&claim(subject, 3_000, 9).await), [all[2], all[3], all[1], all[0]]);
}

pub async fn no_more_is_claimed_than_was_asked_for_and_than_has_room(subject: &impl QueueUnderTest) {
    accept(subject, (0..9).map(|_| event(1, 'a')).chain([event(1, 'b')]).collect()).await;
    let jobs = subject.queue().claim(Demand::idle(at(0), 2, 3)).await.unwrap().jobs;
    assert_eq!(hosts(&jobs), "ab");
    release(subject, &jobs).await;
    let jobs = subject.queue().claim(Demand::idle(at(0), 99, 3)).await.unwrap().jobs;
    assert_eq!(hosts(&jobs).matches('a').count(), 3);
}

pub async fn what_a_person_sent_comes_first(subject: &impl QueueUnderTest) {
    accept(subject, (0..20).map(|_| event(1, 'a')).collect()).await;
    let all = accept(subject, vec![manual(1, 'a')]).await;
    let jobs = claim(subject, 0, 3).await;
    assert_eq!((jobs[0].id(), jobs[0].manual, jobs[1].manual), (all[0], true, false));
    assert_ne!(jobs[0].lane, jobs[1].lane, "it has a lane of its own");
}

pub async fn the_origin_with_the_least_in_flight_is_next_and_equals_go_round(subject: &impl QueueUnderTest) {
    accept(subject, "abc".repeat(4).chars().map(|host| event(1, host)).collect()).await;
    let mut demand = Demand::idle(at(0), 1, 16);
    let mut order = String::new();
    for _ in 0..6 {
        let claimed = subject.queue().claim(demand.clone()).await.unwrap();
        demand.after = claimed.after;
        for job in &claimed.jobs {
            demand.origins.entry(job.origin.clone()).or_default().open += 1;
            demand.lanes.entry(job.lane).or_default().open += 1;
        }
        order += &hosts(&claimed.jobs);
    }
    assert_eq!(order, "abcabc");
}

pub async fn slow_lanes_come_last(subject: &impl QueueUnderTest) {
    accept(subject, (0..3).flat_map(|_| [event(1, 'a'), event(2, 'a')]).collect()).await;
    let both = claim(subject, 0, 2).await;
    let (slow, fast) = (both[0].lane, both[1].lane);
    assert_ne!(slow, fast);
    release(subject, &both).await;
    let mut demand = Demand::idle(at(0), 3, 16);
    let load = |pace| LaneLoad { open: 1, pace, used: 0, ..LaneLoad::default() };
    demand.lanes = [(slow, load(Pace::Slow)), (fast, load(Pace::Fast))].into();
    demand.origins =
        [(both[0].origin.clone(), OriginLoad { open: 2, fast: 1, ..OriginLoad::default() })].into();
    let lanes: Vec<LaneId> =
        subject.queue().claim(demand).await.unwrap().jobs.iter().map(|job| job.lane).collect();
    assert_eq!(lanes, [fast, fast, fast]);
}

/// As after a restart, whatever was claimed or waited before.
pub async fn of_an_ordered_lane_only_the_oldest_is_claimed(subject: &impl QueueUnderTest) {
    let all = accept(subject, vec![event(1, 'a'), event(1, 'a'), event(2, 'a')]).await;
    let jobs = claim(subject, 0, 9).await;
    let lane = jobs.iter().find(|job| job.id() == all[0]).unwrap().lane;
    release(subject, &jobs).await;
    let ordered = async |ms: i64| {
        let mut demand = Demand::idle(at(ms), 9, 16);
        demand.lanes = [(lane, LaneLoad { room: 1, ordered: true, ..LaneLoad::default() })].into();
        let claimed = subject.queue().claim(demand).await.unwrap();
        let other: Vec<Job> = claimed.jobs.iter().filter(|job| job.lane != lane).cloned().collect();
        release(subject, &other).await;
        (claimed.jobs.into_iter().filter(|job| job.lane == lane).collect::<Vec<_>>(), other.len())
    };
    let (first, others) = ordered(0).await;
    assert_eq!((ids(&first), others), (vec![all[0]], 1));
    assert!(record(subject, &first[0], Next::Retry(at(5_000))).await);
    let (held, others) = ordered(4_999).await;
    assert!(held.is_empty() && others == 1, "the retry holds the rest of its lane, and no other");
    let (again, _) = ordered(5_000).await;
    assert_eq!((ids(&again), again[0].attempts), (vec![all[0]], 1));
    release(subject, &again).await;
    let (again, _) = ordered(5_000).await;
    assert_eq!(ids(&again), [all[0]], "released, it is the oldest still");
    assert!(record(subject, &again[0], Next::Delivered).await);
    let (second, _) = ordered(5_000).await;
    assert_eq!(ids(&second), [all[1]]);
    assert!(record(subject, &second[0], Next::Failed).await);
    assert!(ordered(99_000).await.0.is_empty());
}

pub async fn nothing_is_claimed_of_an_origin_that_is_left_alone(subject: &impl QueueUnderTest) {
    accept(subject, vec![event(1, 'a'), event(1, 'b')]).await;
    let mut demand = Demand::idle(at(0), 9, 16);
    let left_alone = OriginLoad { suspended: true, ..OriginLoad::default() };
    demand.origins = [(Origin::from("https://a.example"), left_alone)].into();
    assert_eq!(hosts(&subject.queue().claim(demand).await.unwrap().jobs), "b");
}

/// The letters of their hosts.
fn hosts(jobs: &[Job]) -> String {
    jobs.iter().filter_map(|job| job.origin.chars().nth("https://".len())).collect()
}
