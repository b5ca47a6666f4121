//! Outcomes are recorded once, and change the state of deliveries.

use jiff::SignedDuration;

use super::*;
use crate::storage::{ClockSource, Wakeup};

pub async fn what_is_recorded_is_claimed_no_more(subject: &impl QueueUnderTest) {
    let [delivered, failed] = accept(subject, vec![event(1, 'a'), event(1, 'a')]).await[..] else { panic!() };
    let jobs = claim(subject, 0, 9).await;
    assert!(record(subject, &jobs[0], Next::Delivered).await);
    assert!(record(subject, &jobs[1], Next::Failed).await);
    assert!(claim(subject, 99_000, 9).await.is_empty());
    assert_eq!(state_of(subject, delivered).await, Some(DeliveryState::Delivered));
    assert_eq!(state_of(subject, failed).await, Some(DeliveryState::Failed));
}

pub async fn a_retry_is_due_at_its_time(subject: &impl QueueUnderTest) {
    let all = accept(subject, vec![event(1, 'a')]).await;
    let jobs = claim(subject, 0, 9).await;
    assert!(record(subject, &jobs[0], Next::Retry(at(5_000))).await);
    assert_eq!(state_of(subject, all[0]).await, Some(DeliveryState::Waiting));
    let early = subject.queue().claim(Demand::idle(at(4_999), 9, 16)).await.unwrap();
    assert!(early.jobs.is_empty());
    assert_eq!(early.next_due, Some(at(5_000)));
    let jobs = claim(subject, 5_000, 9).await;
    assert_eq!((ids(&jobs), jobs[0].attempts), (all, 1));
}

pub async fn what_was_cancelled_meanwhile_stays_so_and_is_given_back(subject: &impl QueueUnderTest) {
    let all = accept(subject, vec![event(1, 'a')]).await;
    let jobs = claim(subject, 0, 9).await;
    cancel(subject, all[0]).await;
    assert!(!record(subject, &jobs[0], Next::Retry(at(1_000))).await);
    assert_eq!(state_of(subject, all[0]).await, Some(DeliveryState::Cancelled));
    assert!(claim(subject, 99_000, 9).await.is_empty());
}

pub async fn an_outcome_recorded_twice_is_one(subject: &impl QueueUnderTest) {
    let all = accept(subject, vec![event(1, 'a')]).await;
    let jobs = claim(subject, 0, 9).await;
    for _ in 0..2 {
        subject.queue().record([outcome(&jobs[0], Next::Retry(at(1_000)))].into()).await.unwrap();
    }
    let jobs = claim(subject, 1_000, 9).await;
    assert_eq!((ids(&jobs), jobs[0].attempts), (all, 1));
}

pub async fn wakeups_report_what_the_sender_did_not_do_itself(subject: &impl QueueUnderTest) {
    let mut wakeups = subject.queue().wakeups();
    let before = *wakeups.borrow_and_update();
    let all = accept(subject, vec![event(1, 'a'), event(1, 'a')]).await;
    let now = *soon(wakeups.wait_for(|now| now.enqueued != before.enqueued)).await.unwrap();
    assert_eq!(now.invalidated, before.invalidated);
    let jobs = claim(subject, 0, 1).await;
    assert!(record(subject, &jobs[0], Next::Retry(at(1_000))).await);
    let then = *subject.queue().wakeups().borrow();
    let woken = |of: Wakeup| (of.enqueued, of.invalidated);
    assert_eq!(woken(then), woken(now), "it knows what it has recorded");
    cancel(subject, all[1]).await;
    soon(wakeups.wait_for(|then| then.invalidated != now.invalidated)).await.unwrap();
}

pub async fn what_waits_moves_with_a_clock_that_was_set(subject: &impl QueueUnderTest) {
    if subject.queue().clock() == ClockSource::Store {
        return;
    }
    accept(subject, vec![event(1, 'a')]).await;
    let jobs = claim(subject, 0, 9).await;
    assert!(record(subject, &jobs[0], Next::Retry(at(8_000))).await);
    let hour = SignedDuration::from_hours(1);
    subject.queue().shift(hour, at(0) + hour).await.unwrap();
    assert!(claim(subject, 3_600_000 + 7_999, 9).await.is_empty());
    assert_eq!(claim(subject, 3_600_000 + 8_000, 9).await.len(), 1);
}
