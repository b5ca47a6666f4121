//! Events become deliveries, or have a reason why not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::api::{ApiError, Caller, Code};
use crate::callback::Values;
use crate::intake::{EventLine, EventNotes, PreparedEvent, ProfileCache};
use crate::profile::Profile;
use crate::storage::{Storage, StoreError, Submission};
use crate::threads;

/// How long the cached profiles are used without asking whether one has changed.
const FRESH: Duration = Duration::from_millis(20);

/// Events of this many bytes or more are prepared on another thread: others must not wait for them.
const MUCH: usize = 64 << 10;

/// The profiles that events refer to.
#[derive(Debug)]
pub(crate) struct Profiles(Mutex<(ProfileCache, Option<Instant>)>);

/// An event as it was read, or why it was not.
pub(super) type ReadEvent = Result<EventLine, String>;

/// An event with its profile, or why it is not accepted.
type FoundEvent = Result<(EventLine, Arc<Profile>), String>;

/// Events, each with its place in the request.
pub(super) type Placed<T> = Vec<(usize, T)>;

/// What can be accepted, and what cannot.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    /// The places of the submissions in the request.
    pub(super) places: Vec<usize>,
    /// To be accepted.
    pub(super) submissions: Vec<Submission>,
    /// The others, with the reasons.
    pub(super) refused: Placed<String>,
    /// What there is to say about those to be accepted.
    pub(super) notes: EventNotes,
}

impl Profiles {
    pub(crate) fn new(store: Arc<dyn Storage>) -> Self {
        Self(Mutex::new((ProfileCache::new(store), None)))
    }

    /// The events with their profiles. Those that the caller may not use do not exist for it.
    async fn of(&self, caller: &Caller, events: Placed<ReadEvent>) -> Result<Placed<FoundEvent>, StoreError> {
        let mut guard = self.0.lock().await;
        let (cache, refreshed) = &mut *guard;
        if refreshed.is_none_or(|at| at.elapsed() >= FRESH) {
            // Before the query: a change meanwhile is seen the next time.
            let now = Instant::now();
            cache.refresh().await?;
            *refreshed = Some(now);
        }
        let mut found = Vec::with_capacity(events.len());
        for (place, event) in events {
            let with_profile = match event {
                Ok(event) if caller.may_use(&event.profile_id) => {
                    cache.find(&event.profile_id).await?.map(|profile| (event, profile))
                }
                Ok(event) => Err(format!("no profile {}", event.profile_id)),
                Err(why) => Err(why),
            };
            found.push((place, with_profile));
        }
        Ok(found)
    }

    /// Makes deliveries of events that have this many bytes together.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(super) async fn prepare(
        &self,
        caller: &Caller,
        events: Placed<ReadEvent>,
        bytes: usize,
    ) -> Result<Prepared, ApiError> {
        let events = self.of(caller, events).await?;
        elsewhere_if_much(bytes, move || make(events)).await
    }
}

/// Does work on another thread if it is about many bytes.
///
/// # Errors
/// There is no thread for it.
pub(super) async fn elsewhere_if_much<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    if bytes < MUCH {
        return Ok(work());
    }
    threads::blocking(work).await.map_err(|error| ApiError::new(Code::Internal, error.to_string()))
}

fn make(events: Placed<FoundEvent>) -> Prepared {
    let mut prepared = Prepared::default();
    for (place, event) in events {
        match event.and_then(|(event, profile)| prepared_event(event, &profile)) {
            Ok(PreparedEvent { delivery, key, note }) => {
                prepared.places.push(place);
                prepared.submissions.push(Submission { delivery, event: key });
                prepared.notes.note(note);
            }
            Err(why) => prepared.refused.push((place, why)),
        }
    }
    prepared
}

fn prepared_event(event: EventLine, profile: &Profile) -> Result<PreparedEvent, String> {
    let EventLine { event, event_id, data, profile_id: _ } = event;
    PreparedEvent::new(profile, event, event_id, Values::new(data))
}
