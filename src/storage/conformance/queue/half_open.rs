//! An auto-disabled profile is probed, and a delivered probe enables it.

use jiff::SignedDuration;

use super::*;
use crate::clock;
use crate::profile::{AutoEnable, Choice as _, Profile, Status};
use crate::record::LaneId;
use crate::storage::conformance::samples::profile;
use crate::storage::health::course::PROBE_DELIVERED;
use crate::storage::{Claimed, HealthRules, HealthState};

fn id() -> ProfileId {
    ProfileId::new(Region::In, uuid::Uuid::from_u128(1))
}

pub(super) async fn stored(subject: &impl QueueUnderTest) -> Profile {
    subject.store().profile(&id()).await.unwrap().unwrap()
}

async fn save(subject: &impl QueueUnderTest, change: impl FnOnce(&mut Profile)) {
    let mut changed = stored(subject).await;
    change(&mut changed);
    subject.store().save_profiles(vec![changed]).await.unwrap();
}

/// What a sender claims so many seconds from now.
pub(super) async fn claimed(queue: &impl Queue, after_s: i64) -> Claimed {
    let now = clock::later(clock::now(), SignedDuration::from_secs(after_s));
    queue.claim(Demand::idle(now, 64, 64)).await.unwrap()
}

async fn claim(subject: &impl QueueUnderTest, after_s: i64) -> Vec<Job> {
    claimed(subject.queue(), after_s).await.jobs
}

/// The same of a sender that knows a lane to be ordered.
async fn claim_ordered(subject: &impl QueueUnderTest, lane: LaneId, after_s: i64) -> Vec<Job> {
    let now = clock::later(clock::now(), SignedDuration::from_secs(after_s));
    let mut demand = Demand::idle(now, 9, 16);
    demand.lanes.entry(lane).or_default().ordered = true;
    subject.queue().claim(demand).await.unwrap().jobs
}

/// Records that a probe has failed.
async fn fail(subject: &impl QueueUnderTest, probe: &Job) {
    assert!(probe.is_probe);
    assert!(record(subject, probe, Next::Retry(clock::now())).await);
}

/// In how many seconds the next probe is due, to the minute.
async fn wait_for_probe(subject: &impl QueueUnderTest) -> Option<i64> {
    let blocks = subject.store().blocks().await.unwrap();
    let at = blocks.disabled(&id())?.next_probe?;
    let seconds = at.duration_since(clock::now()).as_secs();
    Some((seconds + 30) / 60 * 60)
}

/// A profile that was disabled for three failures, and its queued events.
async fn disabled(subject: &impl QueueUnderTest, queued: usize) -> Vec<DeliveryId> {
    let auto_enable = AutoEnable::Probe;
    let saved = Profile { auto_enable, ..profile(1, "Order SMS") };
    subject.store().save_profiles(vec![saved]).await.unwrap();
    subject.store().judge_by(HealthRules::disabling_after(3));
    accept(subject, (0..3).map(|_| event(1, 'a')).collect()).await;
    for _ in 0..3 {
        for job in claim(subject, 0).await {
            assert!(!job.is_probe);
            assert!(record(subject, &job, Next::Failed).await);
        }
    }
    assert_eq!(stored(subject).await.status, Status::AutoDisabled);
    accept(subject, (0..queued).map(|_| event(1, 'a')).collect()).await
}

pub async fn one_event_at_a_time_is_a_probe_after_growing_waits(subject: &impl QueueUnderTest) {
    let all = disabled(subject, 3).await;
    assert_eq!(wait_for_probe(subject).await, Some(60));
    let early = claimed(subject.queue(), 0).await;
    assert!(early.jobs.is_empty());
    let due = early.next_due.unwrap().duration_since(clock::now()).as_secs();
    assert!((30..=61).contains(&due), "{due}");
    for (attempts, wait) in [60, 120, 240].into_iter().enumerate() {
        assert_eq!(wait_for_probe(subject).await, Some(wait));
        assert!(claim(subject, wait - 31).await.is_empty());
        let jobs = claim(subject, wait + 1).await;
        assert_eq!(ids(&jobs), all[..1], "the oldest");
        assert!(claim(subject, wait + 1).await.is_empty(), "one at a time");
        let attempts = u32::try_from(attempts).unwrap();
        assert_eq!((jobs[0].attempts, jobs[0].probes, jobs[0].is_probe), (attempts, attempts, true));
        release(subject, &jobs).await;
        let jobs = claim(subject, wait + 1).await;
        assert_eq!(ids(&jobs), all[..1], "it was released");
        let revision = subject.store().revision().await.unwrap();
        fail(subject, &jobs[0]).await;
        let now = subject.store().revision().await.unwrap();
        assert_ne!(now.steering, revision.steering, "displays read the blocks again");
        // The same outcome twice is one.
        subject.queue().record([outcome(&jobs[0], Next::Retry(clock::now()))].into()).await.unwrap();
    }
    let probed = subject.store().delivery(all[0]).await.unwrap().unwrap();
    assert_eq!(probed.summary.state, DeliveryState::Waiting);
    assert_eq!(probed.attempts.iter().map(|attempt| attempt.is_probe).collect::<Vec<_>>(), [true; 3]);
    assert_eq!(subject.store().health_turns(None, 9).await.unwrap().len(), 1, "auto-disabled");
}

pub async fn a_delivered_probe_enables_and_the_queue_follows_gently(subject: &impl QueueUnderTest) {
    let all = disabled(subject, 200).await;
    accept(subject, vec![event(2, 'a')]).await;
    let probe = claim(subject, 61).await;
    assert_eq!(probe.len(), 2, "the other profile is not affected");
    let (probe, others): (Vec<_>, Vec<_>) = probe.into_iter().partition(|job| job.is_probe);
    assert_eq!(ids(&probe), all[..1]);
    assert!(record(subject, &others[0], Next::Delivered).await);
    let since = subject.store().failing_profiles().await.unwrap().of(&id()).unwrap().since;
    let revision = subject.store().revision().await.unwrap();
    assert!(record(subject, &probe[0], Next::Delivered).await);
    assert_eq!(stored(subject).await.status, Status::Active);
    assert_ne!(subject.store().revision().await.unwrap().steering, revision.steering, "senders ask again");
    assert!(subject.store().failing_profiles().await.unwrap().of(&id()).is_none());
    assert!(subject.store().blocks().await.unwrap().is_empty());
    let turns = subject.store().health_turns(None, 9).await.unwrap();
    assert_eq!(turns.iter().map(|turn| turn.kind.name()).collect::<Vec<_>>(), ["recovered", "auto-disabled"]);
    assert_eq!(turns[0].before, Some((HealthState::AutoDisabled, since)));
    let cause = &turns[0].cause;
    assert_eq!((cause.delivery, cause.status, cause.message.as_str()), (all[0], Some(200), PROBE_DELIVERED));
    assert!(subject.store().delivery(all[0]).await.unwrap().unwrap().attempts[0].is_probe);

    // One more for each that is delivered, whatever waits or fails meanwhile.
    let mut next = 1;
    for width in [1, 2, 4, 8] {
        let jobs = claim(subject, 0).await;
        assert_eq!(ids(&jobs), all[next..next + width], "in the order of acceptance");
        assert!(jobs.iter().all(|job| !job.is_probe));
        assert!(claim(subject, 0).await.is_empty(), "{width} at a time");
        next += width;
        for job in &jobs {
            assert!(record(subject, job, Next::Delivered).await);
        }
        if width == 4 {
            let one = claim(subject, 0).await.swap_remove(7);
            assert!(record(subject, &one, Next::Failed).await);
            assert_eq!(ids(&claim(subject, 0).await), all[next + 8..next + 9], "its place is free");
            break;
        }
    }
    accept(subject, vec![manual(1, 'a')]).await;
    assert_eq!(claim(subject, 0).await.len(), 1, "what a person sends is not held back");
    for id in &all[next..] {
        subject.store().cancel(*id).await.unwrap();
    }
}

pub async fn it_has_its_full_width_after_so_many_deliveries(subject: &impl QueueUnderTest) {
    disabled(subject, 80).await;
    let probe = claim(subject, 61).await;
    assert!(record(subject, &probe[0], Next::Delivered).await);
    let mut widths = Vec::new();
    for _ in 0..5 {
        let jobs = claim(subject, 0).await;
        widths.push(jobs.len());
        for job in &jobs {
            assert!(record(subject, job, Next::Delivered).await);
        }
    }
    assert_eq!(widths, [1, 2, 4, 8, 64], "as many as were asked for");
}

pub async fn a_person_ends_probing(subject: &impl QueueUnderTest) {
    let all = disabled(subject, 2).await;
    subject.store().pause(Some(id())).await.unwrap();
    assert!(claim(subject, 61).await.is_empty(), "a pause holds probes too");
    subject.store().resume(Some(id())).await.unwrap();
    subject.store().pause(None).await.unwrap();
    assert!(claim(subject, 61).await.is_empty());
    subject.store().resume(None).await.unwrap();

    save(subject, |profile| profile.auto_enable = AutoEnable::Off).await;
    assert_eq!((claim(subject, 61).await.len(), wait_for_probe(subject).await), (0, None));
    save(subject, |profile| profile.auto_enable = AutoEnable::Probe).await;
    assert_eq!(wait_for_probe(subject).await, Some(60));
    let probe = claim(subject, 61).await;
    save(subject, |profile| profile.status = Status::Disabled).await;
    assert_eq!(wait_for_probe(subject).await, None);
    fail(subject, &probe[0]).await;
    assert_eq!((claim(subject, 999).await.len(), wait_for_probe(subject).await), (0, None));

    save(subject, |profile| profile.status = Status::Active).await;
    let mut found = ids(&claim(subject, 0).await);
    found.sort_unstable();
    assert_eq!(found, all, "at once, also the one that was a probe");
}

pub async fn a_probe_in_flight_changes_nothing_that_a_person_has_done(subject: &impl QueueUnderTest) {
    let all = disabled(subject, 30).await;
    let probe = claim(subject, 61).await;
    save(subject, |profile| profile.status = Status::Disabled).await;
    assert!(record(subject, &probe[0], Next::Delivered).await);
    assert_eq!(stored(subject).await.status, Status::Disabled);
    save(subject, |profile| profile.status = Status::Active).await;
    assert_eq!(claim(subject, 0).await.len(), 29, "a person has enabled it: it does not recover gently");
    assert_eq!(state_of(subject, all[0]).await, Some(DeliveryState::Delivered));
}

pub async fn of_an_ordered_profile_the_oldest_is_the_probe(subject: &impl QueueUnderTest) {
    let all = disabled(subject, 3).await;
    save(subject, |profile| profile.pacing.ordered = true).await;
    let lane = {
        let probe = claim(subject, 61).await;
        fail(subject, &probe[0]).await;
        probe[0].lane
    };
    let ordered = |after_s: i64| claim_ordered(subject, lane, after_s);
    let probe = ordered(121).await;
    assert_eq!((ids(&probe), probe[0].is_probe), (all[..1].to_vec(), true));
    assert!(record(subject, &probe[0], Next::Delivered).await);
    for id in &all[1..] {
        let next = ordered(0).await;
        assert_eq!((ids(&next), next[0].is_probe), (vec![*id], false));
        assert!(record(subject, &next[0], Next::Delivered).await);
    }
}

pub async fn an_ordered_profile_is_probed_with_the_oldest_of_all_its_lanes(subject: &impl QueueUnderTest) {
    // Its earlier endpoint has nothing queued.
    disabled(subject, 0).await;
    save(subject, |profile| profile.pacing.ordered = true).await;
    let all = accept(subject, (0..3).map(|_| event(1, 'b')).collect()).await;
    let found = claim(subject, 61).await;
    let lane = found[0].lane;
    release(subject, &found).await;
    let probe = claim_ordered(subject, lane, 61).await;
    assert_eq!((ids(&probe), probe[0].is_probe), (all[..1].to_vec(), true));
    assert!(record(subject, &probe[0], Next::Delivered).await);
    // It recovers: one at a time, whichever endpoint it is for.
    let earlier = accept(subject, vec![event(1, 'a')]).await;
    for id in all[1..].iter().chain(&earlier) {
        let next = claim_ordered(subject, lane, 0).await;
        assert_eq!(ids(&next)[..1], [*id]);
        assert!(record(subject, &next[0], Next::Delivered).await);
        release(subject, &next[1..]).await;
    }
}

pub async fn with_nothing_queued_the_next_event_is_the_probe(subject: &impl QueueUnderTest) {
    let queued = disabled(subject, 1).await;
    let probe = claim(subject, 61).await;
    let lane = probe[0].lane;
    release(subject, &probe).await;
    cancel(subject, queued[0]).await;
    for is_ordered in [false, true] {
        let claim = async || {
            if is_ordered { claim_ordered(subject, lane, 61).await } else { claim(subject, 61).await }
        };
        // Whatever has woken the sender before this.
        assert!(claim().await.is_empty() && claim().await.is_empty());
        let mut wakeups = subject.queue().wakeups();
        let before = *wakeups.borrow_and_update();
        let next = accept(subject, vec![event(1, 'a')]).await;
        soon(wakeups.wait_for(|now| now.enqueued != before.enqueued)).await.unwrap();
        let probe = claim().await;
        assert_eq!((ids(&probe), probe[0].is_probe), (next.clone(), true));
        release(subject, &probe).await;
        cancel(subject, next[0]).await;
    }
}

pub async fn only_what_has_ended_by_an_outcome_widens(subject: &impl QueueUnderTest) {
    let all = disabled(subject, 30).await;
    let probe = claim(subject, 61).await;
    assert!(record(subject, &probe[0], Next::Delivered).await);
    let first = claim(subject, 0).await;
    assert_eq!(ids(&first), all[1..2]);
    for _ in 0..2 {
        // The response to the first call may have been lost.
        subject.queue().record([outcome(&first[0], Next::Delivered)].into()).await.unwrap();
    }
    let two = claim(subject, 0).await;
    assert_eq!(ids(&two), all[2..4]);
    cancel(subject, two[0].id()).await;
    record(subject, &two[0], Next::Delivered).await;
    assert_eq!(ids(&claim(subject, 0).await), all[4..5], "its place is free, and no other one");
}
