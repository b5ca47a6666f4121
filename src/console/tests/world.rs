//! The outside of the console in these tests: a store in memory, counted ids, and the time of the desk.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard, OnceLock};

use async_trait::async_trait;
use jiff::Timestamp;
use tempfile::TempDir;
use uuid::Uuid;

use crate::callback::Values;
use crate::console::effects::environment::{BuiltInEndpoint, Sources};
use crate::console::model::message::Message;
use crate::profile::{Event, Profile, ProfileId, Region};
use crate::receiver::{Behaviour, PathFilter};
use crate::record::{
    Acceptance, Attempt, DeliveryId, ErrorClass, Failure, Kind, NewDelivery, Next, Phase, Phases,
};
use crate::storage::memory::{MemoryStore, Tables};
use crate::storage::{Block, BlockReason};

/// The store, and the sources of everything that differs from run to run. Clones share everything but the clipboard.
#[derive(Clone)]
pub struct World {
    pub store: MemoryStore,
    /// Whether no clipboard accepts a copy.
    pub no_clipboard: bool,
    /// The number of profile ids created so far.
    profile_ids: Arc<AtomicU64>,
    /// For files; created when needed.
    folder: Arc<OnceLock<TempDir>>,
}

impl Default for World {
    fn default() -> Self {
        let store = MemoryStore::default();
        store.tables().counts_ids = true;
        Self { store, no_clipboard: false, profile_ids: Arc::default(), folder: Arc::default() }
    }
}

/// The id of a profile of these tests.
pub fn profile_id(n: u128) -> ProfileId {
    ProfileId::new(Region::In, Uuid::from_u128(n))
}

/// The id of a delivery of these tests; higher ones are newer.
pub fn delivery_id(n: u128) -> DeliveryId {
    DeliveryId::from_bytes(n.to_be_bytes())
}

/// The number of a delivery's id.
pub fn number(id: DeliveryId) -> u128 {
    u128::from_be_bytes(id.bytes())
}

/// A pause since this time.
pub fn pause(profile_id: Option<ProfileId>, since: Timestamp) -> Block {
    Block { profile_id, title: String::new(), why: BlockReason::Paused, since, cause: None, next_probe: None }
}

impl World {
    /// The contents of the store.
    pub fn tables(&self) -> MutexGuard<'_, Tables> {
        self.store.tables()
    }

    /// Everything may have changed: the console reloads all of it.
    pub fn touch(&self) {
        let revision = &mut self.tables().revision;
        for count in [
            &mut revision.profiles,
            &mut revision.variables,
            &mut revision.deliveries,
            &mut revision.steering,
            &mut revision.apis,
        ] {
            *count += 1;
        }
    }

    /// The profile that was saved as the nth.
    pub fn profile(&self, n: usize) -> Option<Profile> {
        let tables = self.tables();
        tables.profile_order.get(n).and_then(|id| tables.profile(id)).cloned()
    }

    /// Saves a profile, as any session may.
    pub fn save(&self, profile: Profile) {
        self.tables().save(profile);
    }

    /// Deletes a profile, as any session may.
    pub fn delete(&self, id: &ProfileId, now: Timestamp) {
        let mut tables = self.tables();
        tables.now = Some(now);
        tables.delete(id);
    }

    /// Accepts a delivery of this profile.
    pub fn accept(
        &self,
        kind: Kind,
        profile: &Profile,
        event: Option<Event>,
        values: &Values,
        now: Timestamp,
    ) -> DeliveryId {
        let id = self.delivery_id();
        let mut random = |bytes: &mut [u8]| self.random(bytes);
        let acceptance = Acceptance { id, at: now, random: &mut random };
        self.tables().enqueue(NewDelivery::prepare(acceptance, profile, kind, event, values.clone()));
        id
    }

    /// An attempt of a delivery ends with this status at this time. The retry policy decides what follows.
    pub fn answered(&self, n: u128, status: u16, now: Timestamp) {
        let error = (!(200..300).contains(&status))
            .then(|| Failure { class: ErrorClass::Status, message: format!("answered {status}") });
        self.attempted(n, Some(status), error, now);
    }

    /// An attempt of a delivery fails without a response.
    pub fn failed(&self, n: u128, class: ErrorClass, message: &str, now: Timestamp) {
        self.attempted(n, None, Some(Failure { class, message: message.to_owned() }), now);
    }

    fn attempted(&self, n: u128, status: Option<u16>, error: Option<Failure>, now: Timestamp) {
        let (id, mut tables) = (delivery_id(n), self.tables());
        let Some(stored) = tables.delivery(id) else { return };
        let row = &stored.details.summary;
        let made = u8::try_from(row.attempts).unwrap();
        let retried = error.as_ref().is_some_and(|error| error.class.is_retried());
        let next = match row.policy.wait_after(made).filter(|_| retried) {
            Some(wait) => Next::Retry(now + std::time::Duration::from_secs(wait)),
            None if error.is_none() => Next::Delivered,
            None => Next::Failed,
        };
        let attempt = Attempt {
            n: row.attempts + 1,
            started_at: now - std::time::Duration::from_millis(84),
            duration_ms: 84,
            address: Some(([127, 0, 0, 1], 9977).into()),
            status,
            error,
            response_headers: vec![("content-type".to_owned(), "text/plain".to_owned())].into(),
            response_body: b"thank you".to_vec(),
            response_cut: false,
            response_incomplete: None,
            sender: None,
            phases: status.map(|_| phases()),
            is_probe: false,
        };
        tables.record(id, attempt, next);
    }

    /// Writes values to a file, and returns its path.
    pub fn file(&self, name: &str, values: &Values) -> String {
        let path = self.temporary_folder().join(name);
        std::fs::write(&path, serde_json::to_string(&values.members()).unwrap()).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Sources for World {
    fn now(&self) -> Timestamp {
        self.tables().now()
    }

    fn profile_id(&self) -> Uuid {
        Uuid::from_u128(0xf01 + u128::from(self.profile_ids.fetch_add(1, Ordering::Relaxed)))
    }

    fn delivery_id(&self) -> DeliveryId {
        self.tables().new_id()
    }

    fn preview_id(&self) -> DeliveryId {
        delivery_id(0xabc)
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(b'r');
    }

    fn temporary_folder(&self) -> PathBuf {
        self.folder.get_or_init(|| tempfile::tempdir().unwrap()).path().to_owned()
    }
}

/// Those of an attempt over a new connection: 84 ms.
fn phases() -> Phases {
    let mut phases = Phases::default();
    for (phase, ms) in Phase::ALL.into_iter().zip([2, 11, 24, 43, 4]) {
        phases.add(phase, std::time::Duration::from_millis(ms));
    }
    phases
}

/// The built-in endpoint, always at the same address. Nothing listens there.
pub struct FixedEndpoint;

#[async_trait]
impl BuiltInEndpoint for FixedEndpoint {
    async fn start(&self, _: Behaviour) -> Message {
        Message::Receiver(Some("127.0.0.1:9977".to_owned()))
    }

    async fn set(&self, _: Behaviour) {}

    fn filter(&self, _: PathFilter) {}

    fn leave_out(&self, _: Option<String>) {}

    async fn stop(&self) -> Message {
        Message::Receiver(None)
    }
}
