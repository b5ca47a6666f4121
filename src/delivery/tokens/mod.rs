//! The tokens of *Advanced* authentication. Only in memory.

mod fetch;
mod grant;
mod token;
mod token_key;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};

use crate::delivery::http::clients::Clients;
use crate::delivery::http::exchange_error::ExchangeError;

pub use token::Token;
pub use token_key::TokenKey;

/// One fetch, awaited by all who need its token. It continues as long as one of them waits.
type Fetch = Shared<BoxFuture<'static, Result<Arc<Token>, ExchangeError>>>;

enum Slot {
    Fetching(Fetch),
    Kept(Arc<Token>),
}

/// The tokens, by everything that they depend on.
#[derive(Default)]
pub struct Tokens {
    slots: Mutex<HashMap<TokenKey, Slot>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

impl Tokens {
    /// The kept token, or a new one. Concurrent callers share one fetch, and its failure; later ones fetch again.
    pub async fn get(&self, clients: &Arc<Clients>, wanted: &TokenKey) -> Result<Arc<Token>, ExchangeError> {
        let fetch = match self.kept_or_fetching(clients, wanted) {
            Slot::Kept(token) => return Ok(token),
            Slot::Fetching(fetch) => fetch,
        };
        let waiting = Waiting { tokens: self, wanted, fetch };
        let token = waiting.fetch.clone().await?;
        self.keep(&waiting, &token);
        Ok(token)
    }

    /// Forgets a token that the endpoint refused. A newer one is kept.
    pub fn forget(&self, wanted: &TokenKey, token: &Arc<Token>) {
        token.refuse();
        let mut slots = self.slots();
        if matches!(slots.get(wanted), Some(Slot::Kept(kept)) if Arc::ptr_eq(kept, token)) {
            slots.remove(wanted);
        }
    }

    fn kept_or_fetching(&self, clients: &Arc<Clients>, wanted: &TokenKey) -> Slot {
        let mut slots = self.slots();
        match slots.get(wanted) {
            Some(Slot::Kept(token)) if token.is_good() => return Slot::Kept(Arc::clone(token)),
            Some(Slot::Fetching(fetch)) => return Slot::Fetching(fetch.clone()),
            Some(Slot::Kept(_)) | None => {}
        }
        let (clients, what) = (Arc::clone(clients), wanted.clone());
        let fetch = async move { fetch::fetch(&clients, &what).await.map(Arc::new) };
        let fetch = fetch.boxed().shared();
        slots.insert(wanted.clone(), Slot::Fetching(fetch.clone()));
        Slot::Fetching(fetch)
    }

    /// Keeps a fetched token, unless it was refused meanwhile or there is a newer one.
    fn keep(&self, waiting: &Waiting<'_>, token: &Arc<Token>) {
        let mut slots = self.slots();
        let is_newer = match slots.get(waiting.wanted) {
            None => false,
            Some(entry) => !waiting.is_mine(entry),
        };
        if !is_newer && token.is_good() {
            // Tokens that other profiles, or this one before it was edited, no longer use are removed too.
            slots.retain(|_, entry| !matches!(entry, Slot::Kept(old) if !old.is_good()));
            slots.insert(waiting.wanted.clone(), Slot::Kept(Arc::clone(token)));
        }
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<TokenKey, Slot>> {
        // The map is consistent after every step, even if a thread panicked in between.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller that waits for a fetch. When that fails, or the caller times out, nobody else joins it: otherwise a
/// hanging server would be awaited repeatedly.
struct Waiting<'a> {
    tokens: &'a Tokens,
    wanted: &'a TokenKey,
    /// Never polled itself, so that it can be compared.
    fetch: Fetch,
}

impl Waiting<'_> {
    fn is_mine(&self, entry: &Slot) -> bool {
        matches!(entry, Slot::Fetching(fetch) if fetch.ptr_eq(&self.fetch))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut slots = self.tokens.slots();
        if slots.get(self.wanted).is_some_and(|entry| self.is_mine(entry)) {
            slots.remove(self.wanted);
        }
    }
}

#[cfg(test)]
mod tests;
