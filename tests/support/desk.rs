//! A store and a sender, to use directly.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ringback::callback::Values;
use ringback::delivery::{Limits, Sender, Transport};
use ringback::profile::{Event, Profile};
use ringback::record::{Attempt, DeliveryId, Details, ErrorClass, NewDelivery};
use ringback::storage::Store;

/// A store and a sender in their own folder.
pub struct Desk {
    pub store: Store,
    pub sender: Option<Sender>,
    pub folder: tempfile::TempDir,
    limits: Limits,
    transport: Transport,
}

impl Desk {
    /// With the default limits, and with one worker thread: more would have more connections.
    pub fn new() -> Self {
        Self::with(one_thread())
    }

    pub fn with(limits: Limits) -> Self {
        Self::made(limits, Transport::new(Arc::default()))
    }

    /// One with this transport.
    pub fn over(transport: Transport) -> Self {
        Self::made(one_thread(), transport)
    }

    fn made(limits: Limits, transport: Transport) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path().join("a.db")).expect("a store");
        let mut desk = Self { store, sender: None, folder, limits, transport };
        desk.send();
        desk
    }

    /// Starts the sender.
    pub fn send(&mut self) {
        let transport = self.transport.clone();
        self.sender = Some(Sender::start(Arc::new(self.store.clone()), transport, self.limits));
    }

    /// Stops the sender.
    pub async fn stop(&mut self) {
        if let Some(sender) = self.sender.take() {
            sender.stop().await;
        }
    }

    /// Accepts a test of the profile, with the id 42.
    pub async fn accept(&self, profile: &Profile) -> DeliveryId {
        let mut values = Values::default();
        values.set("id", "42".into());
        let delivery = NewDelivery::test(profile.clone(), Some(Event::SmsSend), values);
        let id = delivery.id;
        self.store.enqueue(vec![delivery]).await.expect("accepted");
        id
    }

    /// Waits until a delivery is as expected.
    pub async fn until(&self, id: DeliveryId, what: &str, wanted: impl Fn(&Details) -> bool) -> Details {
        let mut changes = self.store.changes();
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            changes.mark_unchanged();
            let details = self.store.delivery(id).await.expect("read").expect("there");
            if wanted(&details) {
                return details;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "awaited {what}, and there is {:?}", details.summary);
            let _ = tokio::time::timeout(left.min(Duration::from_secs(1)), changes.changed()).await;
        }
    }

    /// Waits until the delivery has ended.
    pub async fn ended(&self, id: DeliveryId) -> Details {
        self.until(id, "the end", |d| !d.summary.state.is_pending()).await
    }

    /// The attempts of deliveries of a profile without retries, one after the other.
    pub async fn only_attempts(&self, profile: &Profile, n: usize) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        for _ in 0..n {
            attempts.push(self.only_attempt(profile).await.attempts.remove(0));
        }
        attempts
    }

    /// The only attempt of a profile without retries.
    pub async fn only_attempt(&self, profile: &Profile) -> Details {
        let details = self.ended(self.accept(profile).await).await;
        assert_eq!(details.attempts.len(), 1);
        details
    }
}

fn one_thread() -> Limits {
    Limits { threads: 1, ..Limits::default() }
}

/// The statuses of attempts; none without a response.
pub fn statuses(attempts: &[Attempt]) -> Vec<Option<u16>> {
    attempts.iter().map(|attempt| attempt.status).collect()
}

/// Class and message of the last attempt's failure.
pub fn failure(details: &Details) -> (ErrorClass, String) {
    let error = details.attempts.last().and_then(|a| a.error.clone()).expect("an error");
    (error.class, error.message)
}
