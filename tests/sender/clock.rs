//! A sender that starts with deliveries recorded while the clock was wrong.

use std::sync::Arc;
use std::time::Duration;

use crate::support::profiles::retried;
use jiff::{SignedDuration, Timestamp};
use ringback::callback::Values;
use ringback::delivery::{Limits, Sender, Transport};
use ringback::profile::Event;
use ringback::receiver::{Behaviour, Receiver};
use ringback::record::{Attempt, DeliveryState, ErrorClass, Failure, HeaderList, NewDelivery, Next, Outcome};
use ringback::storage::{Demand, Queue as _, Store};

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_recorded_with_a_clock_a_year_ahead_is_sent_after_its_own_wait() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path().join("a.db")).expect("a store");
    let receiver =
        Receiver::start(([127, 0, 0, 1], 0).into(), Behaviour::default()).await.expect("a receiver");
    let profile = retried(&format!("http://{}/", receiver.addr()), 1, 1, 5_000);
    store.save_profiles(vec![profile.clone()]).await.expect("saved");
    let event = NewDelivery::event(&profile, Some(Event::SmsSend), Values::default());
    let id = event.id;
    store.enqueue(vec![event]).await.expect("accepted");

    let ahead = Timestamp::now() + SignedDuration::from_hours(365 * 24);
    let claimed = store.claim(Demand::idle(Timestamp::now(), 1, 1)).await.expect("read");
    let attempt = Attempt {
        n: 1,
        started_at: ahead,
        duration_ms: 0,
        address: None,
        status: None,
        error: Some(Failure { class: ErrorClass::Timeout, message: "no response".to_owned() }),
        response_headers: HeaderList::default(),
        response_body: Vec::new(),
        response_cut: false,
        response_incomplete: None,
        sender: None,
        phases: None,
        is_probe: false,
    };
    let next = Next::Retry(ahead + Duration::from_secs(1));
    let outcome = {
        let job = &claimed.jobs[0];
        Outcome { job: job.reference, lane: job.lane, subject: job.subject.clone(), attempt, next }
    };
    store.record([outcome].into()).await.expect("recorded");

    let mut changes = store.changes();
    let sender = Sender::start(Arc::new(store.clone()), Transport::new(Arc::default()), Limits::default());
    let delivered = async {
        while store.delivery(id).await.expect("read").expect("kept").summary.state != DeliveryState::Delivered
        {
            changes.changed().await.expect("the store is open");
        }
    };
    tokio::time::timeout(Duration::from_mins(1), delivered).await.expect("it waits no year");
    sender.stop().await;
}
