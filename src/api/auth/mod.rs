//! Who may do what: keys of requests.
//!
//! A wrong key learns nothing: whatever is wrong with it, the response and the work are the same. Only keys that were
//! verified are remembered, for a second, so that a revoked one stops within two.

mod in_progress;
mod presented;
mod web_pages;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;

use super::{Access, ApiError, Code};
use crate::clock;
use crate::profile::Choice as _;
use crate::storage::{ApiKey, KeyId, KeyScope, KeyState, KeyText, SecretHash, Storage};
pub(super) use in_progress::KeyInUse;
use in_progress::{KeyUsage, Usages};
pub(super) use web_pages::refuse as refuse_web_pages;

/// How long a verified key is not looked up again.
const REMEMBERED: Duration = Duration::from_secs(1);

/// The maximum number of remembered keys.
const MAX_REMEMBERED_KEYS: usize = 1024;

/// The key of a request, in the extensions of its response.
#[derive(Debug, Clone)]
pub(super) struct KeyUsed(pub(super) Arc<ApiKey>);

/// The key of a stream, to be checked for as long as it is open.
#[derive(Debug, Clone)]
pub(super) struct StreamKey(KeyText);

impl StreamKey {
    pub(super) fn id(&self) -> &KeyId {
        &self.0.id
    }
}

/// Checks keys.
#[derive(Debug)]
pub(super) struct Keys {
    store: Arc<dyn Storage>,
    usages: Usages,
    /// By the hash of the secret: nobody else finds an entry.
    verified: Mutex<HashMap<[u8; 32], VerifiedKey>>,
    /// Looked up for requests without a key that could be one.
    nobody: KeyText,
}

/// A valid key. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct VerifiedKey {
    at: Instant,
    key: Arc<ApiKey>,
    usage: Arc<KeyUsage>,
}

impl VerifiedKey {
    /// The key.
    pub(super) fn key(&self) -> &Arc<ApiKey> {
        &self.key
    }
}

impl Keys {
    pub(super) fn new(store: Arc<dyn Storage>, requests_per_key: usize) -> Self {
        Self {
            store,
            usages: Usages::new(requests_per_key),
            verified: Mutex::default(),
            nobody: KeyText::generate(),
        }
    }

    /// The key of a request, if it is valid.
    ///
    /// # Errors
    /// It is not, or the store cannot be read.
    pub(super) async fn authenticate(&self, headers: &HeaderMap) -> Result<VerifiedKey, ApiError> {
        let text = presented::of(headers).and_then(KeyText::parse);
        self.verify(text.as_ref().unwrap_or(&self.nobody)).await
    }

    /// Whether the key of a stream is still valid.
    ///
    /// # Errors
    /// It is not, or the store cannot be read.
    pub(super) async fn check(&self, key: &StreamKey) -> Result<(), ApiError> {
        self.verify(&key.0).await.map(drop)
    }

    async fn verify(&self, text: &KeyText) -> Result<VerifiedKey, ApiError> {
        let place = *text.secret.hash().bytes();
        if let Some(known) = self.remembered(&place, &text.id) {
            return if known.key.state(clock::now()) == KeyState::Active {
                Ok(known)
            } else {
                Err(unauthorized())
            };
        }
        // Before it is looked up: it is remembered no longer than it may be.
        let at = Instant::now();
        let found = self.store.find_key(&text.id).await?;
        let (key, hash) = found.unzip();
        let is_right = SecretHash::is_of(hash.as_ref(), &text.secret);
        let key = key.filter(|key| is_right && key.state(clock::now()) == KeyState::Active);
        let key = Arc::new(key.ok_or_else(unauthorized)?);
        let verified = VerifiedKey { at, usage: self.usages.of(&key.id), key };
        // The map is consistent after every step.
        let mut all = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_REMEMBERED_KEYS {
            all.clear();
        }
        all.insert(place, verified.clone());
        Ok(verified)
    }

    fn remembered(&self, place: &[u8; 32], id: &KeyId) -> Option<VerifiedKey> {
        let all = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(place).filter(|known| known.key.id == *id && known.at.elapsed() < REMEMBERED).cloned()
    }

    /// A request of a valid key begins.
    ///
    /// # Errors
    /// The key does not allow this, or has too many requests in progress.
    pub(super) fn begin(&self, key: &VerifiedKey, access: Access) -> Result<KeyInUse, ApiError> {
        allow(&key.key, access)?;
        let in_use = self.usages.begin(&key.usage)?;
        self.note_use(key);
        Ok(in_use)
    }

    /// The same for a stream, which is no request in progress: streams have a limit of their own.
    ///
    /// # Errors
    /// The key does not allow this.
    pub(super) fn begin_stream(
        &self,
        key: &VerifiedKey,
        access: Access,
        headers: &HeaderMap,
    ) -> Result<StreamKey, ApiError> {
        allow(&key.key, access)?;
        self.note_use(key);
        presented::of(headers).and_then(KeyText::parse).map(StreamKey).ok_or_else(unauthorized)
    }

    /// Notes the use in the background, once in a while: a request does not wait for that, nor fail with it.
    fn note_use(&self, key: &VerifiedKey) {
        if key.usage.is_to_be_noted() {
            let (store, key) = (Arc::clone(&self.store), Arc::clone(&key.key));
            tokio::spawn(async move {
                let _ = store.note_key_use(&key.id, clock::now()).await;
            });
        }
    }
}

/// The same for every key that is not valid.
fn unauthorized() -> ApiError {
    ApiError::new(
        Code::Unauthorized,
        "give a valid API key in the header api-key, or as Authorization: Bearer; `ringback keys create` makes one",
    )
}

fn allow(key: &ApiKey, access: Access) -> Result<(), ApiError> {
    if allows(key.scope, access) {
        return Ok(());
    }
    let why = format!("the key has the scope {}, and this needs {}", key.scope.name(), needed(access));
    Err(ApiError::new(Code::Forbidden, why))
}

fn allows(scope: KeyScope, access: Access) -> bool {
    match access {
        Access::Public => true,
        Access::Send => matches!(scope, KeyScope::Send | KeyScope::Manage),
        Access::Read => matches!(scope, KeyScope::Read | KeyScope::Manage),
        Access::Manage => scope == KeyScope::Manage,
    }
}

fn needed(access: Access) -> &'static str {
    match access {
        Access::Public => "none",
        Access::Send => "send or manage",
        Access::Read => "read or manage",
        Access::Manage => "manage",
    }
}
