//! The tokens of *Advanced* authentication. They live in memory only.

mod answer;
mod request;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use hyper::StatusCode;
use hyper::header::HeaderValue;

use super::local_trouble::NotDone;
use super::transport::Clients;
use crate::profile::{OAuth2, Tls};

/// A token as it is sent. Nothing prints it.
pub(super) struct Token {
    /// `Bearer …`, marked as sensitive.
    pub header: HeaderValue,
    /// From then on another one is fetched.
    pub fresh_until: Instant,
    made_at: Instant,
    refused: AtomicBool,
    /// Whether it was fetched because an endpoint answered 403 to another one.
    follows_forbidden: AtomicBool,
}

/// How long a 403 is taken at its word after a new token did not help.
const BELIEVED: Duration = Duration::from_mins(1);

impl Token {
    fn new(header: HeaderValue, fresh_until: Instant) -> Self {
        let (refused, follows_forbidden) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { header, fresh_until, made_at: Instant::now(), refused, follows_forbidden }
    }

    /// Whether a status that an endpoint answered it with, in an attempt since `began`, can mean that it
    /// is no longer valid: 401; and 403, which some send then, for a token that was not fetched just now
    /// (our decision).
    pub(super) fn may_be_stale(&self, status: StatusCode, began: Instant) -> bool {
        let is_believed =
            || self.follows_forbidden.load(Ordering::Relaxed) && self.made_at.elapsed() < BELIEVED;
        match status {
            StatusCode::UNAUTHORIZED => true,
            StatusCode::FORBIDDEN => self.made_at < began && !is_believed(),
            _ => false,
        }
    }

    /// Notes that it was fetched after another one was answered with this status.
    pub(super) fn follows(&self, status: StatusCode) {
        self.follows_forbidden.store(status == StatusCode::FORBIDDEN, Ordering::Relaxed);
    }

    /// It is not used again.
    pub(super) fn refuse(&self) {
        self.refused.store(true, Ordering::Relaxed);
    }

    fn is_good(&self) -> bool {
        !self.refused.load(Ordering::Relaxed) && Instant::now() < self.fresh_until
    }
}

/// What a token is fetched with, and secured with on its way.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Wanted {
    pub oauth2: OAuth2,
    pub tls: Tls,
}

/// One fetch, awaited by all who need its token. It goes on as long as one of them waits.
type Fetch = Shared<BoxFuture<'static, Result<Arc<Token>, NotDone>>>;

enum Entry {
    Fetching(Fetch),
    Kept(Arc<Token>),
}

/// The tokens, each under everything that it depends on.
#[derive(Default)]
pub(super) struct Tokens {
    entries: Mutex<HashMap<Wanted, Entry>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

impl Tokens {
    /// The kept token, or a new one. Many who ask at once cause one fetch, and are told of its
    /// failure together; who asks later fetches anew.
    pub(super) async fn get(&self, clients: &Arc<Clients>, wanted: &Wanted) -> Result<Arc<Token>, NotDone> {
        let fetch = match self.kept_or_fetching(clients, wanted) {
            Entry::Kept(token) => return Ok(token),
            Entry::Fetching(fetch) => fetch,
        };
        let waiting = Waiting { tokens: self, wanted, fetch };
        let token = waiting.fetch.clone().await?;
        self.keep(&waiting, &token);
        Ok(token)
    }

    /// Forgets a token that the endpoint refused. A newer one stays.
    pub(super) fn forget(&self, wanted: &Wanted, token: &Arc<Token>) {
        token.refuse();
        let mut entries = self.entries();
        if matches!(entries.get(wanted), Some(Entry::Kept(kept)) if Arc::ptr_eq(kept, token)) {
            entries.remove(wanted);
        }
    }

    fn kept_or_fetching(&self, clients: &Arc<Clients>, wanted: &Wanted) -> Entry {
        let mut entries = self.entries();
        match entries.get(wanted) {
            Some(Entry::Kept(token)) if token.is_good() => return Entry::Kept(Arc::clone(token)),
            Some(Entry::Fetching(fetch)) => return Entry::Fetching(fetch.clone()),
            Some(Entry::Kept(_)) | None => {}
        }
        let (clients, what) = (Arc::clone(clients), wanted.clone());
        let fetch = async move { request::fetch(&clients, &what).await.map(Arc::new) };
        let fetch = fetch.boxed().shared();
        entries.insert(wanted.clone(), Entry::Fetching(fetch.clone()));
        Entry::Fetching(fetch)
    }

    /// Keeps what was fetched, unless it was refused meanwhile or something newer is there.
    fn keep(&self, waiting: &Waiting<'_>, token: &Arc<Token>) {
        let mut entries = self.entries();
        let is_newer = match entries.get(waiting.wanted) {
            None => false,
            Some(entry) => !waiting.is_mine(entry),
        };
        if !is_newer && token.is_good() {
            // What other profiles, or this one before it was edited, no longer use goes with it.
            entries.retain(|_, entry| !matches!(entry, Entry::Kept(old) if !old.is_good()));
            entries.insert(waiting.wanted.clone(), Entry::Kept(Arc::clone(token)));
        }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<Wanted, Entry>> {
        // The map is whole after every step, also where a thread panicked between two.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Someone who waits for a fetch. When that fails, or their time is up, nobody else joins it: a
/// server that hangs would else be waited for again and again.
struct Waiting<'a> {
    tokens: &'a Tokens,
    wanted: &'a Wanted,
    /// Never polled itself, so that it can be compared.
    fetch: Fetch,
}

impl Waiting<'_> {
    fn is_mine(&self, entry: &Entry) -> bool {
        matches!(entry, Entry::Fetching(fetch) if fetch.ptr_eq(&self.fetch))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut entries = self.tokens.entries();
        if entries.get(self.wanted).is_some_and(|entry| self.is_mine(entry)) {
            entries.remove(self.wanted);
        }
    }
}

#[cfg(test)]
mod tests;
