//! Several senders probe a profile together.

use super::fleet::{renew, two};
use super::half_open::{claimed, stored};
use super::*;
use crate::profile::{AutoEnable, Profile, Status};
use crate::storage::conformance::samples::profile;

pub async fn of_several_senders_one_probes_and_another_follows_once_it_is_dead(
    subject: &impl QueueUnderTest,
) {
    let Some((one, other, _seats)) = two(subject).await else { return };
    let all = {
        let auto_enable = AutoEnable::Probe;
        let saved = Profile { auto_enable, status: Status::AutoDisabled, ..profile(1, "Order SMS") };
        subject.store().save_profiles(vec![saved]).await.unwrap();
        accept(subject, (0..9).map(|_| event(1, 'a')).collect()).await
    };
    let (mine, yours) = tokio::join!(claimed(&one, 61), claimed(&other, 61));
    let mut probes = ids(&mine.jobs);
    probes.extend(ids(&yours.jobs));
    assert_eq!(probes, all[..1]);
    let (dead, alive) = if mine.jobs.is_empty() { (&other, &one) } else { (&one, &other) };
    assert!(claimed(alive, 61).await.jobs.is_empty(), "its lease has not ended");
    subject.lapse(dead).await;
    renew(alive, None).await.unwrap();
    let probe = claimed(alive, 61).await.jobs;
    assert_eq!(ids(&probe), all[..1]);
    assert_eq!(alive.record([outcome(&probe[0], Next::Delivered)].into()).await.unwrap(), []);
    assert_eq!(stored(subject).await.status, Status::Active, "a person had set the status");
    let next = claimed(alive, 0).await.jobs;
    assert_eq!(ids(&next), all[1..2]);
}
