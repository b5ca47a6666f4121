//! Blocking work on separate threads, with one run for all who need the same.
//!
//! A silent name server or a file on a dead disk blocks a thread for an unknown time. So such work uses neither the
//! threads that read the database nor the time of an attempt: an attempt that times out leaves a run that the next
//! attempt joins.

use std::any::Any;
use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::threads::{self, NoThread};

/// One in this many additional threads for keys whose last run succeeded: hanging runs never use these.
const RESERVED: usize = 4;

/// How many successful keys are remembered.
const KNOWN: usize = 4096;

/// Why there was no run.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotRun {
    /// This machine cannot start a thread.
    #[error(transparent)]
    NoThread(NoThread),
    /// It panicked.
    #[error("it was aborted")]
    BrokeOff,
}

/// Runs by key. Clones share them.
pub struct SingleFlight<K, T, E>(Arc<Shared<K, T, E>>);

struct Shared<K, T, E> {
    /// The name of its threads.
    name: &'static str,
    run: Box<Run<K, T, E>>,
    state: Mutex<State<K, T, E>>,
}

type Run<K, T, E> = dyn Fn(&K) -> Result<T, E> + Send + Sync;

/// Receives the result of a run.
type RunResult<T, E> = Option<Result<T, E>>;

struct State<K, T, E> {
    /// Concurrent runs. A hanging one occupies a thread per key.
    most: usize,
    /// Runs in progress or waiting for a thread.
    pending: HashMap<K, watch::Sender<RunResult<T, E>>>,
    /// Keys waiting for a thread: those whose last run succeeded, and the others.
    known_waiting: VecDeque<K>,
    others_waiting: VecDeque<K>,
    /// Busy threads, and how many of them are not reserved.
    threads: usize,
    with_others: usize,
    /// Keys whose last run succeeded.
    known: HashSet<K>,
}

impl<K, T, E> Clone for SingleFlight<K, T, E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, T, E> fmt::Debug for SingleFlight<K, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SingleFlight").field("name", &self.0.name).finish_non_exhaustive()
    }
}

impl<K, T, E> SingleFlight<K, T, E>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
    E: Clone + From<NotRun> + Send + Sync + 'static,
{
    /// At most this many concurrent runs, and a few more of keys whose last run succeeded.
    pub fn new(
        name: &'static str,
        most: usize,
        run: impl Fn(&K) -> Result<T, E> + Send + Sync + 'static,
    ) -> Self {
        let state = State {
            most,
            pending: HashMap::new(),
            known_waiting: VecDeque::new(),
            others_waiting: VecDeque::new(),
            threads: 0,
            with_others: 0,
            known: HashSet::new(),
        };
        Self(Arc::new(Shared { name, run: Box::new(run), state: Mutex::new(state) }))
    }

    /// Treats this key as one whose last run succeeded.
    pub fn trust(&self, key: K) {
        self.state().known.insert(key);
    }

    /// The result of the run for this key: of the pending one, or of a new one. Dropping the future does not stop the
    /// run.
    pub async fn get(&self, key: &K) -> Result<T, E> {
        let mut receiver = self.pending(key);
        let result = receiver.wait_for(Option::is_some).await.map(|result| result.clone());
        result.ok().flatten().unwrap_or_else(|| Err(NotRun::BrokeOff.into()))
    }

    fn state(&self) -> MutexGuard<'_, State<K, T, E>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pending(&self, key: &K) -> watch::Receiver<RunResult<T, E>> {
        let mut state = self.state();
        if let Some(pending) = state.pending.get(key) {
            return pending.subscribe();
        }
        let (sender, receiver) = watch::channel(None);
        state.pending.insert(key.clone(), sender);
        if state.known.contains(key) {
            state.known_waiting.push_back(key.clone());
        } else {
            state.others_waiting.push_back(key.clone());
        }
        self.hire(&mut state);
        receiver
    }

    /// Starts a thread for a waiting key, if one more may run.
    fn hire(&self, state: &mut State<K, T, E>) {
        let Some((key, is_known)) = state.next() else { return };
        let (flight, first) = (self.clone(), key.clone());
        let work = move || flight.work(first, is_known);
        if let Err(error) = threads::spawn(self.0.name, work) {
            state.end(is_known);
            state.publish(&key, Err(NotRun::NoThread(error).into()));
        }
    }

    /// Runs for this key, and then for those that wait.
    fn work(&self, first: K, is_known: bool) {
        let mut next = Some((first, is_known));
        while let Some((key, is_known)) = next {
            // A panic must not leave waiting tasks without a result, and the count too high.
            let ran = catch_unwind(AssertUnwindSafe(|| (self.0.run)(&key)));
            let result = ran.unwrap_or_else(|_: Box<dyn Any + Send>| Err(NotRun::BrokeOff.into()));
            let mut state = self.state();
            state.end(is_known);
            state.learn(&key, result.is_ok());
            state.publish(&key, result);
            next = state.next();
        }
    }
}

impl<K: Clone + Eq + Hash, T, E> State<K, T, E> {
    /// Takes the next waiting key that may run now, and whether it is a known one.
    fn next(&mut self) -> Option<(K, bool)> {
        while self.threads < self.most + (self.most / RESERVED).max(1) {
            let (key, is_known) = match self.known_waiting.pop_front() {
                Some(key) => (key, true),
                None if self.with_others < self.most => (self.others_waiting.pop_front()?, false),
                None => return None,
            };
            // Nobody waits for it any more.
            if self.pending.get(&key).is_none_or(|sender| sender.receiver_count() == 0) {
                self.pending.remove(&key);
                continue;
            }
            self.threads += 1;
            self.with_others += usize::from(!is_known);
            return Some((key, is_known));
        }
        None
    }

    /// A thread has ended its run.
    fn end(&mut self, is_known: bool) {
        self.threads -= 1;
        self.with_others -= usize::from(!is_known);
    }

    fn learn(&mut self, key: &K, succeeded: bool) {
        if !succeeded {
            self.known.remove(key);
        } else if !self.known.contains(key) {
            if self.known.len() >= KNOWN {
                self.known.clear();
            }
            self.known.insert(key.clone());
        }
    }

    fn publish(&mut self, key: &K, result: Result<T, E>) {
        if let Some(sender) = self.pending.remove(key) {
            // An error means that nobody waits for it any more.
            let _ = sender.send(Some(result));
        }
    }
}

#[cfg(test)]
mod tests;
