//! A claim is exclusive, and ends with its outcome, its release, or its seat.

use super::*;
use crate::record::DeliverySubject;

pub async fn a_claim_is_exclusive_until_it_is_released(subject: &impl QueueUnderTest) {
    let all = accept(subject, vec![event(1, 'a'), event(1, 'a')]).await;
    let first = claim(subject, 0, 1).await;
    assert_eq!(ids(&first), all[..1]);
    assert_eq!(ids(&claim(subject, 0, 9).await), all[1..]);
    assert!(claim(subject, 0, 9).await.is_empty());
    release(subject, &first).await;
    assert_eq!(ids(&claim(subject, 0, 9).await), all[..1]);
}

pub async fn what_is_claimed_has_the_subject_of_its_delivery(subject: &impl QueueUnderTest) {
    let renamed = NewDelivery { profile_title: "Orders".to_owned(), event: None, ..event(1, 'a') };
    let other = event(2, 'a');
    let mut wanted: Vec<_> = [event(1, 'a'), renamed, event(1, 'a'), other]
        .into_iter()
        .map(|new| (new.id, new.profile_id.to_string(), new.profile_title.clone(), new.event, new))
        .collect();
    accept(subject, wanted.iter().map(|(.., new)| new.clone()).collect()).await;
    let mut jobs = claim(subject, 0, 9).await;
    wanted.sort_by_key(|(id, ..)| *id);
    jobs.sort_by_key(Job::id);
    assert_eq!(jobs.len(), wanted.len());
    for (job, (id, profile_id, profile_title, event, _)) in jobs.iter().zip(wanted) {
        assert_eq!((job.id(), &*job.subject), (id, &DeliverySubject { profile_id, profile_title, event }));
    }
}

pub async fn two_claims_at_once_share_nothing(subject: &impl QueueUnderTest) {
    let mut all = accept(subject, (0..64).map(|n| event(n % 8, 'a')).collect()).await;
    let (one, other) = tokio::join!(claim(subject, 0, 32), claim(subject, 0, 32));
    let mut claimed = ids(&one);
    claimed.extend(ids(&other));
    claimed.extend(ids(&claim(subject, 0, 64).await));
    let count = claimed.len();
    claimed.sort_unstable();
    claimed.dedup();
    assert_eq!(claimed.len(), count, "none is claimed twice");
    all.retain(|id| !claimed.contains(id));
    // Each claim has slots for sixteen of an origin.
    assert_eq!((count, all.len()), (48, 16));
}

pub async fn releasing_what_is_not_claimed_does_nothing(subject: &impl QueueUnderTest) {
    accept(subject, vec![event(1, 'a')]).await;
    let jobs = claim(subject, 0, 9).await;
    assert!(record(subject, &jobs[0], Next::Delivered).await);
    release(subject, &jobs).await;
    release(subject, &jobs).await;
    assert!(claim(subject, 99_000, 9).await.is_empty());
}
