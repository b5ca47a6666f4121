//! What handlers share.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::watch;

use super::access_log::AccessLog;
use super::auth::Keys;
use super::events::{Profiles, Room};
use super::operations::{Metrics, Readiness};
use super::stream::StreamPlaces;
use crate::delivery::{CompleteOutcomes, OutcomeStream, SenderStatus};
use crate::settings::Settings;
use crate::storage::Storage;

/// What handlers share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Api(Arc<Shared>);

/// The parts of [`Api`] that come from outside.
#[derive(Debug)]
pub struct ApiParts {
    /// The store.
    pub store: Arc<dyn Storage>,
    /// The settings at the start.
    pub settings: Settings,
    /// The sender of this process.
    pub sender: watch::Receiver<SenderStatus>,
    /// What that sender records.
    pub outcomes: OutcomeStream,
    /// Where requests are logged.
    pub access_log: Option<AccessLog>,
    /// Whether requests need no key.
    pub is_open: bool,
}

#[derive(Debug)]
struct Shared {
    parts: ApiParts,
    keys: Option<Keys>,
    event_profiles: Profiles,
    room: Room,
    readiness: Readiness,
    metrics: Metrics,
    streams: StreamPlaces,
    /// Whether streams end.
    ending: watch::Sender<bool>,
}

impl Api {
    /// From its parts.
    #[must_use]
    pub fn new(parts: ApiParts) -> Self {
        let limits = &parts.settings.api;
        let keys = || Keys::new(Arc::clone(&parts.store), limits.requests_per_key);
        Self(Arc::new(Shared {
            keys: (!parts.is_open).then(keys),
            event_profiles: Profiles::new(Arc::clone(&parts.store)),
            room: Room::new(limits.queue_limit),
            readiness: Readiness::default(),
            metrics: Metrics::default(),
            streams: StreamPlaces::new(limits.streams, limits.streams_per_key),
            ending: watch::Sender::new(false),
            parts,
        }))
    }

    /// Counts everything that the sender records, until it ends.
    pub async fn count_attempts(&self, outcomes: CompleteOutcomes) {
        self.0.metrics.attempts.count(outcomes).await;
    }

    /// Ends all streams, and those that begin later: a server that stops waits for no end of them.
    pub fn end_streams(&self) {
        self.0.ending.send_replace(true);
    }

    /// Waits until streams end.
    pub(super) async fn streams_end(&self) {
        // The sender is in `self`.
        let _ = self.0.ending.subscribe().wait_for(|is_ending| *is_ending).await;
    }

    /// The open streams.
    pub(super) fn streams(&self) -> &StreamPlaces {
        &self.0.streams
    }

    /// Checks keys; none if requests need none.
    pub(super) fn keys(&self) -> Option<&Keys> {
        self.0.keys.as_ref()
    }

    /// The profiles that events refer to.
    pub(super) fn event_profiles(&self) -> &Profiles {
        &self.0.event_profiles
    }

    /// Whether there is room for more events.
    pub(super) fn room(&self) -> &Room {
        &self.0.room
    }

    /// Whether events can be stored.
    pub(super) fn readiness(&self) -> &Readiness {
        &self.0.readiness
    }

    /// What is counted.
    pub(super) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }
}

impl Deref for Api {
    type Target = ApiParts;

    fn deref(&self) -> &ApiParts {
        &self.0.parts
    }
}
