//! The profiles that events are for: looked up once, and again when one was changed.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::runtime::Handle;

use crate::cli::values::not_told_of;
use crate::profile::{Choice as _, Event, Profile, ProfileId, Status};
use crate::storage::{Storage, StoreError};

/// Most profiles that are remembered; a few thousand at most are sent to in one go.
const REMEMBERED: usize = 4096;

/// Profiles by their ids. For a thread of its own: it waits for the database.
pub struct Roster {
    store: Arc<dyn Storage>,
    runtime: Handle,
    known: HashMap<ProfileId, Result<Arc<Profile>, String>>,
    /// The database's number for what is known.
    revision: Option<i64>,
}

impl Roster {
    pub fn new(store: Arc<dyn Storage>, runtime: Handle) -> Self {
        Self { store, runtime, known: HashMap::new(), revision: None }
    }

    /// Forgets what is no longer so.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn refresh(&mut self) -> Result<(), StoreError> {
        let revision = Some(self.runtime.block_on(self.store.revision())?.profiles);
        if self.revision != revision {
            self.known.clear();
            self.revision = revision;
        }
        Ok(())
    }

    /// The profile of an id, if it takes events; or why it does not.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn find(&mut self, id: &ProfileId) -> Result<Result<Arc<Profile>, String>, StoreError> {
        if let Some(known) = self.known.get(id) {
            return Ok(known.clone());
        }
        let found = match self.runtime.block_on(self.store.profile(id))? {
            Some(profile) => taking(&profile).map(|()| Arc::new(profile)),
            None => Err(format!("no profile {id}")),
        };
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(id.clone(), found.clone());
        Ok(found)
    }
}

/// Whether the profile takes events.
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
/// The profile does not subscribe to it, or subscribes to several.
pub fn event_meant(profile: &Profile, named: Option<Event>) -> Result<Option<Event>, String> {
    match (named, &profile.events[..]) {
        (Some(event), events) if events.contains(&event) => Ok(named),
        (Some(event), _) => Err(not_told_of(profile, event)),
        (None, []) => Ok(None),
        (None, [only]) => Ok(Some(*only)),
        (None, several) => {
            let all: Vec<&str> = several.iter().map(|event| event.name()).collect();
            Err(format!("'{}' subscribes to several events; name one: {}", profile.title, all.join(", ")))
        }
    }
}
