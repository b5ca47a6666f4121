//! Several senders of one store: a delivery belongs to one of them, and together they have all.

use super::*;
use crate::record::JobRef;
use crate::storage::{Claimed, Fleet, QueueError, SenderReport};

/// Two senders that know each other, with their seats; none if only one is allowed at a time.
pub(super) async fn two<S: QueueUnderTest>(
    subject: &S,
) -> Option<(S::Queue, S::Queue, Vec<<S::Queue as Queue>::Seat>)> {
    let (one, other) = (subject.another().await?, subject.another().await?);
    let first = soon(one.join(|_| ())).await.unwrap();
    let joining = async { soon(other.join(|_| ())).await.unwrap() };
    let (second, ()) = tokio::join!(joining, adapt(&one, 2));
    adapt(&other, 2).await;
    Some((one, other, vec![first, second]))
}

/// Renews a seat until it is one of this many and has reported that it fits among them.
async fn adapt(queue: &impl Queue, senders: usize) {
    let mut adapted_to = None;
    soon(async {
        loop {
            let fleet = renew(queue, adapted_to).await.unwrap();
            if fleet.senders() == senders && adapted_to == Some(fleet.newest()) {
                break;
            }
            adapted_to = Some(fleet.newest());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

pub(super) async fn renew(queue: &impl Queue, adapted_to: Option<i64>) -> Result<Fleet, QueueError> {
    queue.renew(SenderReport { adapted_to, ..SenderReport::default() }).await
}

async fn claim_of(queue: &impl Queue, fleet: Fleet, limit: usize) -> Result<Claimed, QueueError> {
    queue.claim(Demand { fleet, ..Demand::idle(at(0), limit, 16) }).await
}

async fn all_of(queue: &impl Queue, limit: usize) -> Vec<Job> {
    claim_of(queue, Fleet::alone(), limit).await.unwrap().jobs
}

/// What a sender claims once it knows that there is something.
async fn found_by(queue: &impl Queue) -> Vec<Job> {
    soon(async {
        loop {
            let jobs = all_of(queue, 9).await;
            if !jobs.is_empty() {
                break jobs;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
}

fn references(jobs: &[Job]) -> Vec<JobRef> {
    jobs.iter().map(|job| job.reference).collect()
}

pub async fn several_senders_claim_each_delivery_once(subject: &impl QueueUnderTest) {
    let Some((one, other, _seats)) = two(subject).await else { return };
    let mut all = accept(subject, (0..96).map(|n| event(n % 6, 'a')).collect()).await;
    let mut claimed = Vec::new();
    let fleets = (renew(&one, None).await.unwrap(), renew(&other, None).await.unwrap());
    assert_eq!(fleets.0.share("https://a.example", 16) + fleets.1.share("https://a.example", 16), 16);
    // Each round has slots for a share of sixteen, and a first attempt of each lane.
    while claimed.len() < all.len() {
        let before = claimed.len();
        let (mine, yours) =
            tokio::join!(claim_of(&one, fleets.0.clone(), 32), claim_of(&other, fleets.1.clone(), 32));
        claimed.extend(ids(&mine.unwrap().jobs).into_iter().chain(ids(&yours.unwrap().jobs)));
        assert!(claimed.len() > before && claimed.len() - before <= 16, "{before} of {}", claimed.len());
    }
    claimed.sort_unstable();
    all.sort_unstable();
    assert_eq!(claimed, all);
}

pub async fn a_newcomer_starts_once_the_others_have_made_room(subject: &impl QueueUnderTest) {
    let (Some(one), Some(other)) = (subject.another().await, subject.another().await) else { return };
    let _seat = soon(one.join(|_| ())).await.unwrap();
    let mut wakeups = one.wakeups();
    let before = *wakeups.borrow_and_update();
    let mut joining = std::pin::pin!(other.join(|_| ()));
    // It knows about the new sender, and does not reduce its attempts yet.
    let mut fleet = renew(&one, None).await.unwrap();
    while fleet.senders() < 2 {
        tokio::select! {
            _ = &mut joining => panic!("the first sender has not made room"),
            () = tokio::time::sleep(Duration::from_millis(5)) => {}
        }
        fleet = renew(&one, None).await.unwrap();
    }
    // It says so once it waits, which it does only while it is polled.
    tokio::select! {
        _ = &mut joining => panic!("the first sender has not made room"),
        woken = soon(wakeups.wait_for(|now| now.fleet != before.fleet)) => { woken.unwrap(); }
    }
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut joining).await.is_err());
    renew(&one, Some(fleet.newest())).await.unwrap();
    drop(soon(joining).await.unwrap());
}

pub async fn who_renews_ends_the_seat_of_who_did_not(subject: &impl QueueUnderTest) {
    let Some((one, other, _seats)) = two(subject).await else { return };
    let all = accept(subject, vec![event(1, 'a')]).await;
    assert_eq!(ids(&all_of(&one, 9).await), all);
    subject.lapse(&one).await;
    assert!(all_of(&other, 9).await.is_empty(), "nobody has looked");
    assert_eq!(renew(&other, None).await.unwrap().senders(), 1);
    assert!(matches!(claim_of(&one, Fleet::alone(), 9).await, Err(QueueError::Overtaken(_))));
    assert!(matches!(renew(&one, None).await, Err(QueueError::Overtaken(_))));
    assert_eq!(ids(&all_of(&other, 9).await), all);
    let joining = async { soon(one.join(|_| ())).await.unwrap() };
    let (_seat, ()) = tokio::join!(joining, adapt(&other, 2));
    assert!(claim_of(&one, Fleet::alone(), 9).await.unwrap().jobs.is_empty(), "it has a seat again");
}

pub async fn who_leaves_frees_its_claims_and_wakes_the_others(subject: &impl QueueUnderTest) {
    let Some((one, other, mut seats)) = two(subject).await else { return };
    let all = accept(subject, vec![event(1, 'a')]).await;
    assert_eq!(ids(&all_of(&other, 9).await), all);
    let mut wakeups = one.wakeups();
    let before = *wakeups.borrow_and_update();
    soon(other.leave(seats.remove(1))).await.unwrap();
    soon(wakeups.wait_for(|now| now.fleet != before.fleet)).await.unwrap();
    assert_eq!(renew(&one, None).await.unwrap().senders(), 1);
    assert_eq!(ids(&all_of(&one, 9).await), all);
}

pub async fn what_one_releases_another_claims(subject: &impl QueueUnderTest) {
    let Some((one, other, _seats)) = two(subject).await else { return };
    let all = accept(subject, (0..4).map(|_| event(1, 'a')).collect()).await;
    let jobs = all_of(&one, 9).await;
    assert!(all_of(&other, 9).await.is_empty());
    one.release(&references(&jobs[1..])).await.unwrap();
    assert_eq!(ids(&found_by(&other).await), all[1..]);
    // It must not release what it no longer owns.
    one.release(&references(&jobs)).await.unwrap();
    assert_eq!(ids(&found_by(&other).await), all[..1]);
    assert!(all_of(&one, 9).await.is_empty());
}

pub async fn what_was_taken_over_stays_with_who_took_it(subject: &impl QueueUnderTest) {
    let Some((one, other, _seats)) = two(subject).await else { return };
    let all = accept(subject, vec![event(1, 'a')]).await;
    let mine = all_of(&one, 9).await;
    subject.lapse(&one).await;
    renew(&other, None).await.unwrap();
    let yours = all_of(&other, 9).await;
    assert_eq!((ids(&mine), ids(&yours)), (all.clone(), all.clone()));
    let late = [outcome(&mine[0], Next::Retry(at(60_000)))];
    assert_eq!(one.record(late.into()).await.unwrap(), references(&mine), "its attempt is kept, and no more");
    assert!(other.record([outcome(&yours[0], Next::Delivered)].into()).await.unwrap().is_empty());
    assert_eq!(state_of(subject, all[0]).await, Some(DeliveryState::Delivered));
    let details = subject.store().delivery(all[0]).await.unwrap().unwrap();
    assert_eq!(details.attempts.len(), 2, "{:?}", details.attempts);
}

pub async fn the_senders_are_listed_with_their_last_reports(subject: &impl QueueUnderTest) {
    let Some((one, _other, _seats)) = two(subject).await else { return };
    let fleet = renew(&one, None).await.unwrap();
    let trouble = Some("cannot send for now".to_owned());
    let report =
        SenderReport { adapted_to: Some(fleet.newest()), in_flight: 7, rate: 1200, trouble: trouble.clone() };
    one.renew(report).await.unwrap();
    let senders = subject.store().senders().await.unwrap();
    let own: Vec<_> = senders.iter().filter(|sender| sender.in_flight == Some(7)).collect();
    assert_eq!((senders.len() >= 2, own.len()), (true, 1), "{senders:?}");
    assert_eq!((own[0].rate, &own[0].trouble, own[0].pid), (Some(1200), &trouble, std::process::id()));
    assert_eq!(own[0].version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
}

pub async fn a_seat_that_is_left_frees_its_claims(subject: &impl QueueUnderTest) {
    let seat = soon(subject.queue().join(|_| ())).await.unwrap();
    let all = accept(subject, vec![event(1, 'a')]).await;
    assert_eq!(ids(&claim(subject, 0, 9).await), all);
    assert!(claim(subject, 0, 9).await.is_empty());
    soon(subject.queue().leave(seat)).await.unwrap();
    let _next = soon(subject.queue().join(|_| ())).await.unwrap();
    assert_eq!(ids(&claim(subject, 0, 9).await), all);
}
