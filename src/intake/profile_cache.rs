//! A cache of the profiles that events refer to, reloaded when one has changed.

use std::collections::HashMap;
use std::sync::Arc;

use crate::intake::rules::taking;
use crate::profile::{Profile, ProfileId};
use crate::storage::{Patience, Revision, Storage, StoreError};

/// How many profiles are cached; callers rarely refer to more than a few thousand.
const REMEMBERED: usize = 4096;

/// The profile with an id, if it accepts events; or why it does not.
pub type FoundProfile = Result<Arc<Profile>, String>;

/// Profiles by id.
#[derive(Debug)]
pub struct ProfileCache {
    store: Arc<dyn Storage>,
    known: HashMap<ProfileId, FoundProfile>,
    /// The revision of the cached profiles, and of the connections over which they were read.
    revision: Option<(i64, u64)>,
}

impl ProfileCache {
    /// An empty one.
    #[must_use]
    pub fn new(store: Arc<dyn Storage>) -> Self {
        Self { store, known: HashMap::new(), revision: None }
    }

    /// Drops outdated entries.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn refresh(&mut self) -> Result<(), StoreError> {
        let Revision { profiles, connections, .. } = self.request(|| self.store.revision()).await?;
        let revision = Some((profiles, connections));
        if self.revision != revision {
            self.known.clear();
            self.revision = revision;
        }
        Ok(())
    }

    /// The profile with an id, if it is cached: nothing waits.
    #[must_use]
    pub fn cached(&self, id: &ProfileId) -> Option<&FoundProfile> {
        self.known.get(id)
    }

    /// The profile with an id, if it accepts events; or why it does not.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn find(&mut self, id: &ProfileId) -> Result<FoundProfile, StoreError> {
        if let Some(known) = self.known.get(id) {
            return Ok(known.clone());
        }
        let found = match self.request(|| self.store.profile(id)).await? {
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
    async fn request<T, F>(&self, call: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut waiting = self.store.patience().map(Patience::begin);
        loop {
            let result = call().await;
            let wait = |error| waiting.as_mut()?.pause_after(error);
            match result.as_ref().err().and_then(wait) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return result,
            }
        }
    }
}
