//! Profiles turn failing, are disabled for it, and recover: each turn once.

use super::*;
use crate::profile::{Choice as _, Status};
use crate::storage::conformance::samples::profile;
use crate::storage::{FeedFilter, FeedItem, HealthRules, HealthState, HealthTurn};

const AFTER_THREE: HealthRules = HealthRules {
    disable_after: 0,
    failing_after: 3,
    failing_rate: 0,
    failing_minutes: 10,
    failing_min_events: 1,
    alerts: false,
};

fn id() -> ProfileId {
    ProfileId::new(Region::In, uuid::Uuid::from_u128(1))
}

/// Deliveries of the profile end so, each recorded alone: `+` delivered, `-` failed, `~` retried. Those in brackets are
/// recorded together.
async fn ends(subject: &impl QueueUnderTest, ends: &str) -> Vec<DeliveryId> {
    let marks: Vec<char> = ends.chars().filter(|c| "+-~".contains(*c)).collect();
    let accepted = accept(subject, marks.iter().map(|_| event(1, 'a')).collect()).await;
    let mut jobs = Vec::new();
    for _ in 0..marks.len() {
        jobs.extend(claim(subject, 0, marks.len()).await);
        if jobs.len() == marks.len() {
            break;
        }
    }
    let mut jobs = jobs.into_iter();
    let mut together: Option<Vec<Outcome>> = None;
    for mark in ends.chars() {
        let next = match mark {
            '[' => {
                together = Some(Vec::new());
                continue;
            }
            ']' => {
                let batch = together.take().unwrap();
                assert_eq!(subject.queue().record(batch.into()).await.unwrap(), []);
                continue;
            }
            '+' => Next::Delivered,
            '-' => Next::Failed,
            _ => Next::Retry(at(99_000)),
        };
        let job = jobs.next().unwrap();
        match &mut together {
            Some(batch) => batch.push(outcome(&job, next)),
            None => assert!(record(subject, &job, next).await),
        }
    }
    accepted
}

/// The turns so far, oldest first.
async fn turns(subject: &impl QueueUnderTest) -> Vec<HealthTurn> {
    let mut turns = subject.store().health_turns(None, 100).await.unwrap();
    turns.reverse();
    turns
}

async fn kinds(subject: &impl QueueUnderTest) -> String {
    turns(subject).await.iter().map(|turn| turn.kind.name()).collect::<Vec<_>>().join(" ")
}

async fn state(subject: &impl QueueUnderTest) -> Option<HealthState> {
    subject.store().failing_profiles().await.unwrap().of(&id()).map(|health| health.state)
}

async fn save(subject: &impl QueueUnderTest, status: Status) {
    let now = subject.store().profile(&id()).await.unwrap().unwrap_or_else(|| profile(1, "Order SMS"));
    let saved = crate::profile::Profile { status, ..now };
    subject.store().save_profiles(vec![saved]).await.unwrap();
}

pub async fn a_profile_turns_failing_once_and_recovers_once(subject: &impl QueueUnderTest) {
    save(subject, Status::Active).await;
    subject.store().judge_by(AFTER_THREE);
    ends(subject, "--+-~-").await;
    assert_eq!((state(subject).await, kinds(subject).await.as_str()), (None, ""));
    let revision = subject.store().revision().await.unwrap();
    let last = *ends(subject, "-").await.last().unwrap();
    assert_eq!(state(subject).await, Some(HealthState::Failing));
    assert_ne!(subject.store().revision().await.unwrap().profiles, revision.profiles, "displays reload");
    let failing = subject.store().failing_profiles().await.unwrap().of(&id()).unwrap().clone();
    assert_eq!((failing.cause.failed, failing.cause.delivery), (3, last));
    assert_eq!((failing.cause.status, failing.cause.message.as_str()), (Some(500), "500"));
    assert_eq!(failing.cause.class, Some(ErrorClass::Status));
    ends(subject, "--").await;
    assert_eq!(kinds(subject).await, "failing");
    let arrived = ends(subject, "+").await[0];
    ends(subject, "+-+").await;
    assert_eq!((state(subject).await, kinds(subject).await.as_str()), (None, "failing recovered"));
    let [first, second] = &turns(subject).await[..] else { panic!() };
    assert_eq!((first.before, &first.cause), (None, &failing.cause));
    assert_eq!((&first.profile_id, first.title.as_str()), (&id(), "Order SMS"));
    assert_eq!(second.before, Some((HealthState::Failing, failing.since)));
    assert_eq!((second.cause.delivery, second.cause.status, second.cause.class), (arrived, Some(200), None));
    assert_ne!(first.id, second.id);
    let older = subject.store().health_turns(Some(second.position), 9).await.unwrap();
    assert_eq!(older.as_slice(), std::slice::from_ref(first));
    let newest = subject.store().health_turns(None, 1).await.unwrap();
    assert_eq!(newest.as_slice(), std::slice::from_ref(second));
}

pub async fn a_batch_makes_all_of_its_turns(subject: &impl QueueUnderTest) {
    save(subject, Status::Active).await;
    subject.store().judge_by(AFTER_THREE);
    ends(subject, "[-----+--]").await;
    assert_eq!((state(subject).await, kinds(subject).await.as_str()), (None, "failing recovered"));
    ends(subject, "[-]").await;
    assert_eq!(kinds(subject).await, "failing recovered failing");
}

pub async fn an_auto_disabled_profile_is_failing_once_it_is_enabled(subject: &impl QueueUnderTest) {
    save(subject, Status::Active).await;
    subject.store().judge_by(HealthRules { disable_after: 4, ..AFTER_THREE });
    let from = subject.store().feed_end().await.unwrap();
    ends(subject, "[-----+]").await;
    assert_eq!(kinds(subject).await, "failing auto-disabled", "what was in flight then is no turn");
    assert_eq!(state(subject).await, Some(HealthState::AutoDisabled));
    let disabled = turns(subject).await.pop().unwrap();
    assert_eq!(disabled.before.map(|(state, _)| state), Some(HealthState::Failing));
    assert_eq!(disabled.cause.failed, 4);

    save(subject, Status::Active).await;
    assert_eq!(state(subject).await, Some(HealthState::Failing), "until it delivers");
    ends(subject, "---").await;
    assert_eq!(kinds(subject).await, "failing auto-disabled", "it is failing already");
    ends(subject, "+").await;
    assert_eq!(kinds(subject).await, "failing auto-disabled recovered");
    let all = subject.store().feed(&from, &FeedFilter::default(), 100).await.unwrap();
    let change = |item: &FeedItem| match item {
        FeedItem::Profile(change) => {
            Some((change.kind.name(), change.cause.as_ref().map(|cause| cause.failed)))
        }
        _ => None,
    };
    let changes: Vec<_> = all.entries.iter().filter_map(|entry| change(&entry.item)).collect();
    let names: Vec<&str> = changes.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["failing", "auto-disabled", "enabled", "recovered"]);
    assert_eq!((changes[0].1, changes[3].1), (Some(3), Some(0)));
}

pub async fn a_failure_rate_turns_a_profile_whatever_is_consecutive(subject: &impl QueueUnderTest) {
    save(subject, Status::Active).await;
    subject.store().judge_by(HealthRules {
        failing_after: 0,
        failing_rate: 50,
        failing_min_events: 6,
        ..AFTER_THREE
    });
    ends(subject, "+-+-+").await;
    assert_eq!(kinds(subject).await, "");
    ends(subject, "-").await;
    assert_eq!(state(subject).await, Some(HealthState::Failing));
    let cause = turns(subject).await[0].cause.clone();
    assert_eq!(cause.recent.map(|recent| (recent.failed, recent.ended)), Some((3, 6)));
    ends(subject, "-++").await;
    assert_eq!(
        (state(subject).await, kinds(subject).await.as_str()),
        (None, "failing recovered"),
        "four of nine"
    );
}

pub async fn what_accepts_no_events_turns_nothing(subject: &impl QueueUnderTest) {
    subject.store().judge_by(AFTER_THREE);
    ends(subject, "---").await;
    assert_eq!(kinds(subject).await, "", "there is no such profile");
    save(subject, Status::Active).await;
    accept(subject, (0..3).map(|_| manual(1, 'b')).collect()).await;
    for job in claim(subject, 0, 9).await {
        assert!(record(subject, &job, Next::Failed).await);
    }
    assert_eq!(kinds(subject).await, "", "what a person sends says nothing of its events");
    subject.store().delete_profile(&id()).await.unwrap();
    assert_eq!(state(subject).await, None);
}
