//! A cache of the profiles that events refer to, reloaded when one has changed.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;

use tokio::runtime::Handle;

use crate::cli::values::not_subscribed;
use crate::profile::{Choice as _, Event, Profile, ProfileId, Status};
use crate::storage::{Patience, Storage, StoreError};

/// How many profiles are cached; a run rarely refers to more than a few thousand.
const REMEMBERED: usize = 4096;

/// Profiles by ID. Blocks on the database, so it is used on a separate thread.
pub struct ProfileCache {
    store: Arc<dyn Storage>,
    runtime: Handle,
    known: HashMap<ProfileId, Result<Arc<Profile>, String>>,
    /// The revision of the cached profiles.
    revision: Option<i64>,
}

impl ProfileCache {
    pub fn new(store: Arc<dyn Storage>, runtime: Handle) -> Self {
        Self { store, runtime, known: HashMap::new(), revision: None }
    }

    /// Drops outdated entries.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn refresh(&mut self) -> Result<(), StoreError> {
        let revision = Some(self.request(|| self.store.revision())?.profiles);
        if self.revision != revision {
            self.known.clear();
            self.revision = revision;
        }
        Ok(())
    }

    /// The profile with an ID, if it accepts events; or why it does not.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn find(&mut self, id: &ProfileId) -> Result<Result<Arc<Profile>, String>, StoreError> {
        if let Some(known) = self.known.get(id) {
            return Ok(known.clone());
        }
        let found = match self.request(|| self.store.profile(id))? {
            Some(profile) => taking(&profile).map(|()| Arc::new(profile)),
            None => Err(format!("no profile {id}")),
        };
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(id.clone(), found.clone());
        Ok(found)
    }

    /// Reads from the database; waits for its server as long as what is accepted does.
    fn request<T, F>(&self, call: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut waiting = self.store.patience().map(Patience::begin);
        loop {
            let result = self.runtime.block_on(call());
            let wait = |error| waiting.as_mut()?.pause_after(error);
            match result.as_ref().err().and_then(wait) {
                Some(pause) => thread::sleep(pause),
                None => return result,
            }
        }
    }
}

/// Whether the profile accepts events.
///
/// # Errors
/// Why not.
pub fn taking(profile: &Profile) -> Result<(), String> {
    match profile.status {
        // Events of an auto-disabled profile are blocked until it is enabled.
        Status::Active | Status::AutoDisabled => Ok(()),
        status @ Status::Disabled => {
            Err(format!("profile '{}' is {} and accepts no events", profile.title, status.name()))
        }
    }
}

/// The event of a line: the named one, or the only one of the profile.
///
/// # Errors
/// The profile does not subscribe to it, or subscribes to several and none was named.
pub fn event_meant(profile: &Profile, named: Option<Event>) -> Result<Option<Event>, String> {
    match (named, &profile.events[..]) {
        (Some(event), events) if events.contains(&event) => Ok(named),
        (Some(event), _) => Err(not_subscribed(profile, event)),
        (None, []) => Ok(None),
        (None, [only]) => Ok(Some(*only)),
        (None, several) => {
            let all: Vec<&str> = several.iter().map(|event| event.name()).collect();
            Err(format!("'{}' subscribes to several events; name one: {}", profile.title, all.join(", ")))
        }
    }
}
