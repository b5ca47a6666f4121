//! The sender with endpoints that hang, with others in the queue, and with a storage that fails.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::support::endpoint::{Endpoint, Manner};
use crate::support::profiles::retried;
use crate::support::silent_names::PartlySilent;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use ringback::callback::Values;
use ringback::delivery::{Limits, LookupError, Resolver, Sender, SenderRole, SenderStatus, Transport};
use ringback::profile::Event;
use ringback::receiver::{Behaviour, Receiver};
use ringback::record::{JobRef, NewDelivery, Outcome};
use ringback::storage::{
    Claimed, ClockSource, Counts, Demand, Filter, Log as _, Queue, QueueError, RetentionPolicy, Seat,
    Standby, Store, Wakeup,
};
use tokio::sync::watch;
use tokio::time::timeout;

/// The timeout of hanging endpoints; everything else here must take much less.
const HANG_MS: u32 = 60_000;
const SOON: Duration = Duration::from_millis(HANG_MS as u64 / 2);

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path().join("a.db")).expect("a store");
    (folder, store)
}

fn sender<Q: Queue>(queue: Q, per_origin: usize, total: usize) -> Sender {
    let limits = Limits { per_origin, total, ..Limits::default() };
    Sender::start(Arc::new(queue), Transport::new(Arc::default()), limits)
}

fn values() -> Values {
    let mut values = Values::default();
    values.set("id", "42".into());
    values
}

/// Accepts events of a separate profile, with retries that are due after the end.
async fn accept(store: &Store, url: &str, count: usize) {
    let profile = retried(url, 1, 3600, HANG_MS);
    store.save_profiles(vec![profile.clone()]).await.expect("saved");
    let event = || NewDelivery::event(&profile, Some(Event::SmsSend), values());
    store.enqueue((0..count).map(|_| event()).collect()).await.expect("accepted");
}

/// Accepts a test by a person, of a profile that need not be saved.
async fn test(store: &Store, url: &str) {
    let new = NewDelivery::test(retried(url, 1, 3600, HANG_MS), Some(Event::SmsSend), values());
    store.enqueue(vec![new]).await.expect("accepted");
}

async fn healthy() -> (Receiver, String) {
    let receiver =
        Receiver::start(([127, 0, 0, 1], 0).into(), Behaviour::default()).await.expect("a receiver");
    let url = format!("http://{}/", receiver.addr());
    (receiver, url)
}

/// Waits until the counts are as expected.
async fn until(store: &Store, deadline: Duration, wanted: impl Fn(Counts) -> bool) {
    let mut changes = store.changes();
    let there = timeout(deadline, async {
        while !wanted(store.counts().await.expect("counts")) {
            changes.changed().await.expect("open");
        }
    });
    let in_time = there.await.is_ok();
    assert!(in_time, "not in {deadline:?}: {:?}", store.counts().await);
}

async fn wait_for_status(
    status: &mut watch::Receiver<SenderStatus>,
    wanted: impl FnMut(&SenderStatus) -> bool,
) -> SenderStatus {
    let seen = timeout(Duration::from_secs(10), status.wait_for(wanted)).await;
    seen.expect("told in time").expect("it runs").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_of_one_endpoint_delays_no_other() {
    let (_folder, store) = store();
    let hanging = Endpoint::start(Manner::Hangs).await;
    let (_receiver, url) = healthy().await;
    accept(&store, &hanging.url(), 300).await;
    accept(&store, &url, 10).await;
    let sender = sender(store.clone(), 16, 256);
    until(&store, SOON, |now| now.delivered == 10).await;
    assert_eq!(store.counts().await.unwrap().queued, 300);
    // Nothing is known about it, so it is probed with a few.
    wait_for_status(&mut sender.status(), |now| now.in_flight.len() == 4).await;
}

/// They hang until the test is over, so whatever is delivered did not wait for them.
#[tokio::test(flavor = "multi_thread")]
async fn hanging_profiles_do_not_block_others_of_their_endpoint() {
    for (hanging, first) in [(1, true), (4, false), (4, true), (20, false)] {
        let (_folder, store) = store();
        let endpoint = Endpoint::start(Manner::HangsInPart).await;
        let hang = async || {
            for _ in 0..hanging {
                accept(&store, &endpoint.hanging_url(), 100 / hanging).await;
            }
        };
        if first {
            hang().await;
        }
        accept(&store, &endpoint.url(), 900).await;
        if !first {
            hang().await;
        }
        let sender = sender(store.clone(), 16, 256);
        until(&store, SOON, |now| now.delivered == 900).await;
        let mut status = sender.status();
        wait_for_status(&mut status, |now| (1..16).contains(&now.in_flight.len())).await;
        // Late, and nothing is known about the profile.
        accept(&store, &endpoint.url(), 1).await;
        until(&store, SOON, |now| now.delivered == 901).await;
        assert!(status.borrow().in_flight.len() <= 16);
    }
}

/// Neither the slots of the endpoint, nor the total, nor other tests that hang.
#[tokio::test(flavor = "multi_thread")]
async fn a_test_finds_a_slot_while_everything_hangs() {
    for (per_origin, total) in [(16, 256), (4, 4), (1, 1)] {
        let (_folder, store) = store();
        let endpoint = Endpoint::start(Manner::HangsInPart).await;
        for _ in 0..20 {
            accept(&store, &endpoint.hanging_url(), 20).await;
        }
        let sender = sender(store.clone(), per_origin, total);
        let mut status = sender.status();
        let at_least = (per_origin * 3 / 4).max(1);
        wait_for_status(&mut status, |now| now.in_flight.len() >= at_least).await;
        test(&store, &endpoint.url()).await;
        until(&store, SOON, |now| now.delivered == 1).await;
    }
}

/// More profiles than the storage examines in one query, and a healthy one in their middle.
#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_hanging_profiles_hide_no_healthy_one() {
    let (_folder, store) = store();
    let hanging = Endpoint::start(Manner::Hangs).await;
    let (_receiver, url) = healthy().await;
    let of = |url: &str| retried(url, 1, 3600, HANG_MS);
    let mut profiles: Vec<_> = (0..10_000).map(|_| of(&hanging.url())).collect();
    profiles.insert(5_000, of(&url));
    store.save_profiles(profiles.clone()).await.expect("saved");
    let event = |profile| NewDelivery::event(profile, Some(Event::SmsSend), values());
    store.enqueue(profiles.iter().map(event).collect()).await.expect("accepted");
    let _sender = sender(store.clone(), 16, 256);
    until(&store, SOON, |now| now.delivered == 1).await;
    // It arrives after all hanging ones were examined, and belongs to a new profile.
    accept(&store, &url, 1).await;
    until(&store, SOON, |now| now.delivered == 2).await;
}

/// All names stay silent until the test is over.
#[tokio::test(flavor = "multi_thread")]
async fn silent_names_take_no_slots_of_resolved_endpoints() {
    const SILENT: usize = 40;
    let (_folder, store) = store();
    for n in 0..SILENT {
        accept(&store, &format!("https://silent{n}.test/cb"), 50).await;
    }
    let (by_address, by_name) = (healthy().await, healthy().await);
    accept(&store, &by_address.1, 900).await;
    accept(&store, &by_name.1.replace("http://127.0.0.1", "http://localhost"), 900).await;
    let transport = Transport::with_resolver(Arc::default(), Arc::new(PartlySilent));
    let sender = Sender::start(Arc::new(store.clone()), transport, Limits::default());
    until(&store, SOON, |now| now.delivered == 1800).await;
    wait_for_status(&mut sender.status(), |now| now.in_flight.len() == SILENT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hanging_endpoints_leave_slots_for_others() {
    let (_folder, store) = store();
    let hanging = [Endpoint::start(Manner::Hangs).await, Endpoint::start(Manner::Hangs).await];
    let (_receiver, url) = healthy().await;
    for endpoint in &hanging {
        accept(&store, &endpoint.url(), 50).await;
    }
    accept(&store, &url, 40).await;
    // With all three at once, none has all its slots: 3, 3 and 2 of 8.
    let sender = sender(store.clone(), 4, 8);
    until(&store, SOON, |now| now.delivered == 40).await;
    // An attempt counts as in flight until it is on disk, so those that have just ended are included briefly.
    wait_for_status(&mut sender.status(), |now| now.in_flight.len() <= 8).await;
}

/// They hang until the test is over.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_endpoint_finds_slots_while_all_others_hang() {
    let (_folder, store) = store();
    let start = || Endpoint::start(Manner::Hangs);
    let hanging = [start().await, start().await, start().await, start().await, start().await];
    let (_receiver, url) = healthy().await;
    for endpoint in &hanging {
        accept(&store, &endpoint.url(), 40).await;
    }
    let sender = sender(store.clone(), 4, 8);
    wait_for_status(&mut sender.status(), |now| now.in_flight.len() == hanging.len()).await;
    accept(&store, &url, 10).await;
    until(&store, SOON, |now| now.delivered == 10).await;
}

/// A store that can be made to fail.
struct Failing {
    store: Store,
    /// How many of the next reads fail.
    readings: AtomicU32,
    /// How many of the next records panic.
    panics: AtomicU32,
}

impl Failing {
    fn new(store: &Store) -> Self {
        let none = || AtomicU32::new(0);
        Self { store: store.clone(), readings: none(), panics: none() }
    }
}

fn takes_one(left: &AtomicU32) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
}

impl Queue for Failing {
    type Seat = Seat;

    async fn join(&self, standby: impl FnMut(Standby) + Send) -> Result<Seat, QueueError> {
        self.store.join(standby).await
    }

    async fn leave(&self, seat: Seat) -> Result<(), QueueError> {
        self.store.leave(seat).await
    }

    async fn claim(&self, demand: Demand) -> Result<Claimed, QueueError> {
        if takes_one(&self.readings) {
            return Err(QueueError::Passing("the disk is away".to_owned()));
        }
        self.store.claim(demand).await
    }

    async fn release(&self, unstarted: &[JobRef]) -> Result<(), QueueError> {
        self.store.release(unstarted).await
    }

    async fn record(&self, outcomes: Arc<[Outcome]>) -> Result<Vec<JobRef>, QueueError> {
        assert!(!takes_one(&self.panics), "a mistake in this program");
        self.store.record(outcomes).await
    }

    fn wakeups(&self) -> watch::Receiver<Wakeup> {
        self.store.wakeups()
    }

    fn clock(&self) -> ClockSource {
        self.store.clock()
    }

    async fn shift(&self, by: SignedDuration, now: Timestamp) -> Result<(), QueueError> {
        self.store.shift(by, now).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_error_is_reported_until_a_read_succeeds() {
    let (_folder, store) = store();
    let failing = Failing::new(&store);
    failing.readings.store(1, Ordering::SeqCst);
    let sender = sender(failing, 4, 8);
    let mut status = sender.status();
    let trouble = wait_for_status(&mut status, |now| now.trouble.is_some()).await.trouble;
    assert_eq!(trouble.as_deref(), Some("cannot read due deliveries: the disk is away"));
    // Nothing is sent here, so nothing is recorded either.
    wait_for_status(&mut status, |now| now.trouble.is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sent_requests_are_recorded_after_recording_panicked() {
    let (_folder, store) = store();
    let (receiver, url) = healthy().await;
    let mut requests = receiver.requests();
    accept(&store, &url, 2).await;
    let failing = Failing::new(&store);
    failing.panics.store(1, Ordering::SeqCst);
    let sender = sender(failing, 1, 1);
    let mut status = sender.status();
    wait_for_status(&mut status, |now| {
        now.trouble.as_ref().is_some_and(|why| why.contains("recording was aborted"))
    })
    .await;
    until(&store, SOON, |now| now.delivered == 2).await;
    wait_for_status(&mut status, |now| now.in_flight.is_empty() && now.trouble.is_none()).await;
    let mut sent = 0;
    while requests.try_recv().is_ok() {
        sent += 1;
    }
    assert_eq!(sent, 2, "neither is sent again");
}

/// Names, the first of which triggers a bug in this program.
struct Breaking(AtomicU32);

impl Resolver for Breaking {
    fn find<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>> {
        assert!(!takes_one(&self.0), "a mistake in this program");
        Box::pin(async { Ok(vec![IpAddr::from([127, 0, 0, 1])]) })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_panics_frees_its_slot_and_is_repeated_later() {
    let (_folder, store) = store();
    let (receiver, url) = healthy().await;
    let mut requests = receiver.requests();
    accept(&store, &url.replace("127.0.0.1", "hooks.test"), 1).await;
    accept(&store, &url, 1).await;
    let started = Instant::now();
    let transport = Transport::with_resolver(Arc::default(), Arc::new(Breaking(AtomicU32::new(1))));
    let limits = Limits { per_origin: 1, total: 1, ..Limits::default() };
    let sender = Sender::start(Arc::new(store.clone()), transport, limits);
    until(&store, SOON, |now| now.delivered == 1).await;
    assert!(started.elapsed() < Duration::from_secs(4), "the other did not wait for it");
    wait_for_status(&mut sender.status(), |now| now.in_flight.is_empty()).await;
    until(&store, SOON, |now| now.delivered == 2).await;
    let mut sent = 0;
    while requests.try_recv().is_ok() {
        sent += 1;
    }
    assert_eq!(sent, 2, "it is tried again, but not at once and again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sender_is_not_reported_as_active() {
    let (_folder, store) = store();
    let first = sender(store.clone(), 4, 8);
    let mut roles = Vec::new();
    let mut status = first.status();
    wait_for_status(&mut status, |now| {
        roles.push(now.role);
        now.role == SenderRole::Active
    })
    .await;
    assert!(!roles.iter().any(|role| matches!(role, SenderRole::Standby(_))), "{roles:?}");

    let second = sender(store.clone(), 4, 8);
    let mut watching = second.status();
    let own = SenderRole::Standby(Some(std::process::id()));
    wait_for_status(&mut watching, |now| now.role == own).await;
    first.stop().await;
    wait_for_status(&mut watching, |now| now.role == SenderRole::Active).await;
}

/// `SQLite` reuses the row number of the last row after it is deleted: while the removed delivery is in flight, the
/// new row looks claimed.
#[tokio::test]
async fn a_delivery_that_reuses_the_row_of_a_removed_one_is_sent() {
    let (_folder, store) = store();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a listener");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    accept(&store, &url, 1).await;
    let sender = sender(store.clone(), 4, 8);
    let mut held = listener.accept().await.expect("the first attempt").0;
    wait_for_status(&mut sender.status(), |now| now.in_flight.len() == 1).await;

    let first = store.deliveries(&Filter::default()).await.expect("the log").remove(0).id;
    assert!(store.cancel(first).await.expect("cancelled"));
    let all = RetentionPolicy { days: 1, deliveries: 0 };
    let later = Timestamp::now() + SignedDuration::from_hours(48);
    assert_eq!(store.prune_next(all, later, None).await.expect("removed").0.deliveries, 1);
    let (_receiver, healthy) = healthy().await;
    accept(&store, &healthy, 1).await;
    assert_eq!(store.deliveries(&Filter::default()).await.expect("the log").len(), 1);

    let response = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut held, response).await.expect("answered");
    until(&store, SOON, |counts| counts.delivered == 1).await;
}
