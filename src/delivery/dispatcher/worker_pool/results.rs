//! The results of attempts, until the dispatcher takes them.

use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::delivery::http::local_trouble::LocalTrouble;
use crate::record::Outcome;

/// The result of an attempt.
pub struct Finished {
    /// Its number.
    pub number: usize,
    /// None if it panicked, which is a bug in this program.
    pub came: Option<Result<Outcome, LocalTrouble>>,
}

/// The results of attempts of all threads. The first one wakes the receiver; others join it.
#[derive(Default)]
pub struct Results(Mutex<State>);

#[derive(Default)]
struct State {
    finished: Vec<Finished>,
    waiting: Option<Waker>,
}

impl Results {
    /// Adds a result.
    pub fn add(&self, finished: Finished) {
        let waiting = {
            let mut state = self.state();
            state.finished.push(finished);
            state.waiting.take()
        };
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }

    /// Waits until there are any.
    pub async fn ready(&self) {
        poll_fn(|cx| {
            let mut state = self.state();
            if !state.finished.is_empty() {
                return Poll::Ready(());
            }
            if !state.waiting.as_ref().is_some_and(|waiting| waiting.will_wake(cx.waker())) {
                state.waiting = Some(cx.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }

    /// Takes all of them, in exchange for an empty list.
    pub fn take(&self, empty: &mut Vec<Finished>) {
        std::mem::swap(&mut self.state().finished, empty);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // It is consistent after every step, even if a thread panicked in between.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
