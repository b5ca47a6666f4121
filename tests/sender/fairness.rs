//! The real sender and one endpoint whose profiles share its slots: one of them responds fast at first and then hangs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ringback::callback::Values;
use ringback::profile::{Event, Profile};
use ringback::record::{DeliveryId, DeliveryState, NewDelivery};

use crate::support::desk::Desk;
use crate::support::profiles::profile;
use crate::support::server::{Reply, Server};

/// The requests that one endpoint may have at once.
const SLOTS: usize = 16;

/// How many events each profile has: more than twice the slots.
const EVENTS: usize = 60;

/// The name of a profile, in the bodies of its requests.
fn named(url: &str, name: &str) -> Profile {
    profile(url, |draft| {
        draft.body = format!(r#"{{"of":"{name}"}}"#);
        "1".clone_into(&mut draft.retry_count);
        "30000".clone_into(&mut draft.retry_timeout);
    })
}

fn is_of(body: &str, name: &str) -> bool {
    body.contains(&format!(r#""of":"{name}""#))
}

/// One profile hangs after so many fast responses; the others respond within 30 ms. All have their events queued at
/// once, in this order of profiles. Returns how many requests of it hang when the last of the others comes.
async fn hanging_beside(names: &[&str], after: usize) -> usize {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |request, _| {
        let delay = if is_of(&request.body, "hangs") {
            let before = count.fetch_add(1, Ordering::SeqCst);
            if before < after { Duration::ZERO } else { Duration::from_hours(1) }
        } else {
            Duration::from_millis(30)
        };
        Reply { after: delay, ..Reply::new(200, "") }
    })
    .await;
    let mut desk = Desk::new();
    let profiles: Vec<Profile> = names.iter().map(|name| named(&server.url(), name)).collect();
    desk.store.save_profiles(profiles.clone()).await.unwrap();
    let mut all = Vec::new();
    let mut others: Vec<DeliveryId> = Vec::new();
    for (profile, name) in profiles.iter().zip(names) {
        let event = |_| NewDelivery::event(profile, Some(Event::SmsSend), Values::default());
        let events: Vec<NewDelivery> = (0..EVENTS).map(event).collect();
        if *name != "hangs" {
            others.extend(events.iter().map(|event| event.id));
        }
        all.extend(events);
    }
    desk.store.enqueue(all).await.unwrap();
    for id in others {
        assert_eq!(desk.ended(id).await.summary.state, DeliveryState::Delivered);
    }
    let hang = {
        let seen = server.seen();
        let last = seen.iter().rposition(|request| !is_of(&request.body, "hangs")).unwrap();
        let of_it = seen[..last].iter().filter(|request| is_of(&request.body, "hangs")).count();
        of_it.saturating_sub(after)
    };
    desk.sender.take();
    hang
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_after_a_fast_response_has_its_share_whatever_the_order() {
    for names in [&["hangs", "a"][..], &["a", "hangs"]] {
        for after in [1, 3] {
            let hang = hanging_beside(names, after).await;
            assert!((1..=SLOTS / 2).contains(&hang), "{hang} of {names:?} after {after}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_two_others_it_has_a_third() {
    for names in [["hangs", "a", "b"], ["a", "hangs", "b"], ["a", "b", "hangs"]] {
        let hang = hanging_beside(&names, 1).await;
        assert!((1..=SLOTS / 3 + 1).contains(&hang), "{hang} of {names:?}");
    }
}
