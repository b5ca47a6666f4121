//! Real deliveries: a store, a sender, and the wait for the end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ringback::callback::Values;
use ringback::delivery::{Limits, Sender, Transport};
use ringback::profile::{Channel, Draft, DraftHeader, Identity, Profile, ProfileId, Region, Rules};
use ringback::record::{Details, NewDelivery};
use ringback::storage::Store;

const DEADLINE: Duration = Duration::from_secs(30);

/// A store and a sender in their own folder.
pub struct Courier {
    store: Store,
    _sender: Sender,
    _folder: tempfile::TempDir,
}

impl Courier {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("a.db")).unwrap();
        let sender =
            Sender::start(Arc::new(store.clone()), Transport::new(Arc::default()), Limits::default());
        Self { store, _sender: sender, _folder: folder }
    }

    /// Sends the profile's callback with these values, and waits for the end of the delivery.
    pub async fn deliver(&self, profile: Profile, values: &Values) -> Details {
        let delivery = NewDelivery::test(profile, None, values.clone());
        let id = delivery.id;
        let mut changes = self.store.changes();
        self.store.enqueue(vec![delivery]).await.unwrap();
        let deadline = Instant::now() + DEADLINE;
        loop {
            changes.mark_unchanged();
            let details = self.store.delivery(id).await.unwrap().unwrap();
            if !details.summary.state.is_pending() {
                return details;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no end of {:?}", details.summary);
            let _ = tokio::time::timeout(left.min(Duration::from_secs(1)), changes.changed()).await;
        }
    }
}

/// A draft of the Default channel, where a placeholder may have any name.
pub fn draft(url: &str, change: impl FnOnce(&mut Draft)) -> Draft {
    let mut draft = Draft::new(Channel::Default);
    "Judged".clone_into(&mut draft.title);
    url.clone_into(&mut draft.endpoint);
    change(&mut draft);
    draft
}

/// The profile of a draft without errors.
#[track_caller]
pub fn checked(draft: &Draft) -> Profile {
    let now = jiff::Timestamp::now();
    let id = ProfileId::new(Region::In, uuid::Uuid::new_v4());
    draft.check(Rules::default(), Identity { id, created_at: now, modified_at: now }).expect("a good profile")
}

/// A header row.
pub fn header(name: &str, value: &str) -> DraftHeader {
    DraftHeader { name: name.to_owned(), value: value.to_owned() }
}
