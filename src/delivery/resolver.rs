//! Looks up names in threads of its own, one look-up of a name at a time.
//!
//! The system's look-up blocks its thread for as long as a name server is silent, which may be half a
//! minute. So it gets neither the threads that the database is read in nor the time of an attempt: an
//! attempt that times out leaves a look-up that the next attempt to the same name joins.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::descriptors::Shares;

/// One in so many more for names that resolved the last time: those of silent servers never take these.
const RESERVED: usize = 4;

/// Names that are known to have resolved.
const KNOWN: usize = 4096;

/// Finds the addresses of names.
pub trait Names: Send + Sync + 'static {
    /// The addresses of a host, in the order in which they are to be dialled.
    fn find<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>>;
}

/// Why a name has no addresses.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LookupError {
    /// There is no such name, or it has no address.
    #[error("it does not resolve")]
    NoSuchName,
    /// No name server gave an answer. A server that fails for this one name looks the same.
    #[error("no name server answers for it")]
    NoServer,
    /// This machine lacks what a look-up takes: descriptors, memory, threads.
    #[error("it cannot be looked up: {0}")]
    Local(#[source] Arc<io::Error>),
}

/// What came of a look-up.
type Found = Result<Vec<IpAddr>, LookupError>;

/// Asks the system, or whoever stands in for it in a test.
type Ask = dyn Fn(&str) -> Found + Send + Sync;

/// The system's names. Cheap to clone.
#[derive(Clone)]
pub struct Resolver {
    ask: Arc<Ask>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Look-ups in flight at a time. A silent name server holds one for each name.
    most: usize,
    /// What is being looked up or waits for a thread.
    pending: HashMap<String, watch::Sender<Option<Found>>>,
    /// Names that wait for a thread: those that resolved the last time, and the others.
    known_waiting: VecDeque<String>,
    others_waiting: VecDeque<String>,
    /// Threads at work, and how many of them have one of the others.
    threads: usize,
    with_others: usize,
    /// Names that resolved the last time.
    known: HashSet<String>,
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").finish_non_exhaustive()
    }
}

impl Default for Resolver {
    fn default() -> Self {
        Self::new(Shares::now().lookups, system)
    }
}

impl Names for Resolver {
    fn find<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Found> {
        Box::pin(async move {
            let mut found = self.pending(host);
            let Ok(found) = found.wait_for(Option::is_some).await else {
                return Err(broke_off());
            };
            found.clone().unwrap_or_else(|| Err(broke_off()))
        })
    }
}

fn broke_off() -> LookupError {
    LookupError::Local(Arc::new(io::Error::other("the look-up broke off")))
}

impl Resolver {
    fn new(most: usize, ask: impl Fn(&str) -> Found + Send + Sync + 'static) -> Self {
        let state = State { most, ..State::default() };
        Self { ask: Arc::new(ask), state: Arc::new(Mutex::new(state)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The look-up of this name: the one in flight, or a new one.
    fn pending(&self, host: &str) -> watch::Receiver<Option<Found>> {
        let mut state = self.state();
        if let Some(pending) = state.pending.get(host) {
            return pending.subscribe();
        }
        let (tell, found) = watch::channel(None);
        state.pending.insert(host.to_owned(), tell);
        if state.known.contains(host) {
            state.known_waiting.push_back(host.to_owned());
        } else {
            state.others_waiting.push_back(host.to_owned());
        }
        self.hire(&mut state);
        found
    }

    /// Starts a thread for a name that waits, where one more may run.
    fn hire(&self, state: &mut State) {
        let Some((host, is_known)) = state.next() else { return };
        let (resolver, first) = (self.clone(), host.clone());
        let work = move || resolver.work(first, is_known);
        if let Err(error) = thread::Builder::new().name("look-up".to_owned()).spawn(work) {
            state.end(is_known);
            state.tell(&host, Err(LookupError::Local(Arc::new(error))));
        }
    }

    /// Looks up this name, and then those that wait.
    fn work(&self, first: String, is_known: bool) {
        let mut next = Some((first, is_known));
        while let Some((host, is_known)) = next {
            // In here a panic must not leave those who wait without an answer, and the count too high.
            let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (self.ask)(&host)));
            let found = asked.unwrap_or_else(|_| Err(broke_off()));
            let mut state = self.state();
            state.end(is_known);
            state.learn(&host, found.is_ok());
            state.tell(&host, found);
            next = state.next();
        }
    }
}

impl State {
    /// Takes the next name that waits and may be looked up now, and whether it is a known one.
    fn next(&mut self) -> Option<(String, bool)> {
        loop {
            let others = self.with_others < self.most && !self.others_waiting.is_empty();
            let (host, is_known) = match self.known_waiting.pop_front() {
                Some(host) if self.threads < self.most + self.most / RESERVED => (host, true),
                Some(host) => {
                    self.known_waiting.push_front(host);
                    return None;
                }
                None if others => (self.others_waiting.pop_front()?, false),
                None => return None,
            };
            // Nobody waits for it any more.
            if self.pending.get(&host).is_none_or(|tell| tell.receiver_count() == 0) {
                self.pending.remove(&host);
                continue;
            }
            self.threads += 1;
            self.with_others += usize::from(!is_known);
            return Some((host, is_known));
        }
    }

    /// A thread has done its look-up.
    fn end(&mut self, is_known: bool) {
        self.threads -= 1;
        self.with_others -= usize::from(!is_known);
    }

    fn learn(&mut self, host: &str, resolves: bool) {
        if !resolves {
            self.known.remove(host);
        } else if !self.known.contains(host) {
            if self.known.len() >= KNOWN {
                self.known.clear();
            }
            self.known.insert(host.to_owned());
        }
    }

    fn tell(&mut self, host: &str, found: Found) {
        if let Some(tell) = self.pending.remove(host) {
            // An error is that nobody waits for it any more.
            let _ = tell.send(Some(found));
        }
    }
}

/// Asks the system. Blocks.
fn system(host: &str) -> Found {
    use dns_lookup::{AddrInfoHints, LookupErrorKind as Kind, SockType, getaddrinfo};

    let hints = AddrInfoHints { socktype: SockType::Stream.into(), ..AddrInfoHints::default() };
    match getaddrinfo(Some(host), None, Some(hints)) {
        Ok(found) => {
            let mut addresses = Vec::new();
            for info in found {
                let ip = info.map_err(|error| LookupError::Local(Arc::new(error)))?.sockaddr.ip();
                if !addresses.contains(&ip) {
                    addresses.push(ip);
                }
            }
            Ok(addresses)
        }
        Err(error) => Err(match error.kind() {
            Kind::Again => LookupError::NoServer,
            Kind::Memory | Kind::System | Kind::IO => LookupError::Local(Arc::new(error.into())),
            _ => LookupError::NoSuchName,
        }),
    }
}

#[cfg(test)]
mod tests;
