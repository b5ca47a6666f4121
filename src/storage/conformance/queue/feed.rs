//! The feed: what happened, in an order that can be resumed anywhere.

use super::*;
use crate::profile::{Choice as _, Profile, Status};
use crate::storage::conformance::samples::profile;
use crate::storage::{
    FeedEntry, FeedFilter, FeedGapReason, FeedItem, FeedPage, FeedPosition, ProfileChangeKind,
};

/// An entry in a word: what, of which delivery, and its state.
fn word(entry: &FeedEntry) -> String {
    match &entry.item {
        FeedItem::Accepted(row) => format!("accepted {}", row.id),
        FeedItem::Attempt(of) => {
            format!("attempt {} {} {}", of.delivery, of.attempt.n, of.state.name())
        }
        FeedItem::Profile(change) => {
            format!("{} {}", change.kind.name(), change.profile.as_ref().map_or("all", ProfileId::as_str))
        }
    }
}

fn words(page: &FeedPage) -> Vec<String> {
    page.entries.iter().map(word).collect()
}

/// Everything after a position, read in pages of this size.
async fn rest(
    subject: &impl QueueUnderTest,
    from: &FeedPosition,
    filter: &FeedFilter,
    most: usize,
) -> (Vec<FeedEntry>, FeedPosition) {
    let (mut all, mut at) = (Vec::new(), from.clone());
    loop {
        let page = subject.store().feed(&at, filter, most).await.unwrap();
        assert!(page.entries.len() <= most);
        assert_eq!(page.gap, None);
        all.extend(page.entries);
        at = page.next;
        if page.is_end {
            return (all, at);
        }
    }
}

/// The end of the feed.
async fn end(subject: &impl QueueUnderTest) -> FeedPosition {
    subject.store().feed_end().await.unwrap()
}

/// Five deliveries, of which the first two are attempted, the second twice. What the feed says of that.
async fn some(subject: &impl QueueUnderTest) -> Vec<String> {
    let ids = accept(subject, vec![event(1, 'a'), event(1, 'a'), event(2, 'b')]).await;
    let jobs = claim(subject, 10, 2).await;
    let mut expected: Vec<String> = ids.iter().map(|id| format!("accepted {id}")).collect();
    for (job, next) in jobs.iter().zip([Next::Delivered, Next::Retry(at(20))]) {
        assert!(record(subject, job, next).await);
        let state = if next == Next::Delivered { "delivered" } else { "waiting" };
        expected.push(format!("attempt {} 1 {state}", job.id()));
    }
    let more = accept(subject, vec![event(1, 'c'), manual(1, 'c')]).await;
    expected.extend(more.iter().map(|id| format!("accepted {id}")));
    for job in claim(subject, 30, 16).await {
        if job.id() == jobs[1].id() {
            assert!(record(subject, &job, Next::Failed).await);
            expected.push(format!("attempt {} 2 failed", job.id()));
        }
    }
    expected
}

pub async fn what_happens_is_read_in_order_from_any_entry_on(subject: &impl QueueUnderTest) {
    accept(subject, vec![event(1, 'z')]).await;
    for job in claim(subject, 1, 1).await {
        record(subject, &job, Next::Delivered).await;
    }
    let from = end(subject).await;
    let everything = FeedFilter::default();
    assert_eq!(rest(subject, &from, &everything, 10).await.0, [], "it begins now");
    let expected = some(subject).await;
    for most in [1, 2, 3, 100] {
        let (all, last) = rest(subject, &from, &everything, most).await;
        assert_eq!(all.iter().map(word).collect::<Vec<_>>(), expected, "{most}");
        for (n, entry) in all.iter().enumerate() {
            let (later, _) = rest(subject, &entry.position, &everything, 2).await;
            assert_eq!(later.iter().map(word).collect::<Vec<_>>(), expected[n + 1..], "{most}, {n}");
        }
        assert_eq!(rest(subject, &last, &everything, 2).await.0, []);
    }
    let (all, _) = rest(subject, &FeedPosition::start(), &everything, 100).await;
    assert_eq!(all.len(), expected.len() + 2, "from the start on it is everything");
}

pub async fn a_reader_gets_what_it_wants(subject: &impl QueueUnderTest) {
    let from = end(subject).await;
    let expected = some(subject).await;
    let nothing = FeedFilter { profiles: None, accepted: false, attempts: false, changes: false };
    let read = async |filter: FeedFilter| -> Vec<String> {
        rest(subject, &from, &filter, 2).await.0.iter().map(word).collect()
    };
    let those = |what: &str| -> Vec<String> {
        expected.iter().filter(|word| word.starts_with(what)).cloned().collect()
    };
    assert_eq!(read(FeedFilter { accepted: true, ..nothing.clone() }).await, those("accepted"));
    assert_eq!(read(FeedFilter { attempts: true, ..nothing.clone() }).await, those("attempt"));
    let of_two = expected[2].split(' ').nth(1).unwrap();
    let of_two: Vec<String> = expected.iter().filter(|word| word.contains(of_two)).cloned().collect();
    assert!(of_two.len() > 1, "{expected:?}");
    let two = Some(vec![event(2, 'b').profile_id]);
    assert_eq!(read(FeedFilter { profiles: two, ..FeedFilter::default() }).await, of_two);
    assert_eq!(read(FeedFilter { profiles: Some(Vec::new()), ..FeedFilter::default() }).await, [""; 0]);
    assert_eq!(read(nothing).await, [""; 0]);
}

pub async fn an_attempt_has_what_the_log_has(subject: &impl QueueUnderTest) {
    let from = end(subject).await;
    let id = accept(subject, vec![event(1, 'a')]).await[0];
    let job = claim(subject, 1, 1).await.remove(0);
    cancel(subject, id).await;
    assert!(!record(subject, &job, Next::Failed).await);
    let (all, _) = rest(subject, &from, &FeedFilter::default(), 10).await;
    let logged = subject.store().delivery(id).await.unwrap().unwrap();
    let [accepted, attempt] = &all[..] else { panic!("{all:?}") };
    assert_eq!(accepted.item, FeedItem::Accepted(Box::new(logged.summary.clone())), "as it is now");
    let FeedItem::Attempt(attempt) = &attempt.item else { panic!("{attempt:?}") };
    assert_eq!((attempt.state, &attempt.attempt), (DeliveryState::Cancelled, &logged.attempts[0]));
    assert_eq!(attempt.profile, logged.summary.profile_id);
    // Recorded twice it is one.
    record(subject, &job, Next::Failed).await;
    assert_eq!(rest(subject, &from, &FeedFilter::default(), 10).await.0.len(), 2);
}

pub async fn changes_of_profiles_are_reported(subject: &impl QueueUnderTest) {
    let store = subject.store();
    let from = end(subject).await;
    let mut one = profile(1, "Order SMS");
    let save = async |profile: &Profile| store.save_profiles(vec![profile.clone()]).await.unwrap();
    let later = |profile: &mut Profile| profile.modified_at += std::time::Duration::from_millis(1);
    save(&one).await;
    later(&mut one);
    save(&one).await;
    for status in [Status::Disabled, Status::Active] {
        later(&mut one);
        one.status = status;
        save(&one).await;
    }
    for profile in [Some(one.id.clone()), None] {
        assert!(store.pause(profile.clone()).await.unwrap());
        assert!(!store.pause(profile.clone()).await.unwrap());
        assert!(store.resume(profile).await.unwrap());
    }
    assert!(store.delete_profile(&one.id).await.unwrap());
    assert!(store.restore_profile(&one.id).await.unwrap());
    let (all, _) = rest(subject, &from, &FeedFilter::default(), 3).await;
    let id = one.id.as_str();
    let expected: Vec<String> = [
        ("created", id),
        ("changed", id),
        ("disabled", id),
        ("enabled", id),
        ("paused", id),
        ("resumed", id),
        ("paused", "all"),
        ("resumed", "all"),
        ("deleted", id),
        ("restored", id),
    ]
    .map(|(what, of)| format!("{what} {of}"))
    .into();
    assert_eq!(all.iter().map(word).collect::<Vec<_>>(), expected);
    let FeedItem::Profile(change) = &all[0].item else { panic!("{all:?}") };
    assert_eq!(change.title.as_deref(), Some(one.title.as_str()));
    assert_eq!(change.kind, ProfileChangeKind::Created);
    // A limited reader gets what concerns it.
    let other = FeedFilter { profiles: Some(vec![profile(2, "Bookings").id]), ..FeedFilter::default() };
    let limited = rest(subject, &from, &other, 10).await.0;
    assert_eq!(limited.iter().map(word).collect::<Vec<_>>(), ["paused all", "resumed all"]);
}

pub async fn what_was_removed_is_left_out(subject: &impl QueueUnderTest) {
    let from = end(subject).await;
    let ids = accept(subject, vec![event(1, 'a'), event(1, 'a')]).await;
    for job in claim(subject, 1, 1).await {
        assert!(record(subject, &job, Next::Delivered).await);
        assert!(crate::storage::conformance::remove(subject.store(), job.id()).await);
    }
    let (all, _) = rest(subject, &from, &FeedFilter::default(), 10).await;
    assert_eq!(all.iter().map(word).collect::<Vec<_>>(), [format!("accepted {}", ids[1])]);
}

pub async fn an_unknown_position_continues_with_everything_and_says_so(subject: &impl QueueUnderTest) {
    let expected = some(subject).await;
    for text in ["x", "m-999", "s-999-5-0", "p-00000000-00000001-5-999-", "p-1"] {
        let position = FeedPosition::parse(text).unwrap();
        let page = subject.store().feed(&position, &FeedFilter::default(), 100).await.unwrap();
        assert_eq!(page.gap.map(|gap| gap.why), Some(FeedGapReason::Unknown), "{text}");
        assert!(page.gap.unwrap().since.is_some(), "{text}");
        assert_eq!(words(&page), expected, "{text}");
        let next = subject.store().feed(&page.next, &FeedFilter::default(), 100).await.unwrap();
        assert_eq!((next.entries, next.gap, next.is_end), (Vec::new(), None, true), "{text}");
    }
}
