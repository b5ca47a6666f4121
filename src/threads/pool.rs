//! Work that blocks, away from threads that must not.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::{NoThread, spawn};

/// Threads at most. Some may hang for long: a file of a server that is gone, a far display.
const MOST: usize = 512;

/// How long a thread waits for more work. The last one stays: then the next work needs no new thread.
const IDLE: Duration = Duration::from_secs(10);

/// Why there is no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BlockingError {
    /// There is no thread to do it.
    #[error(transparent)]
    NoThread(#[from] NoThread),
    /// It has panicked, which was reported.
    #[error("an internal error occurred, which is a bug in ringback")]
    Panicked,
}

/// Does this on a thread for work that may block, begun at once, and gives what came of it. It is done to
/// its end also where nobody waits.
///
/// # Errors
/// There is no thread for it, or it has panicked.
pub fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = Result<T, BlockingError>> + Send {
    static POOL: Pool = Pool::new(MOST, IDLE, spawn_worker);
    POOL.start(work)
}

/// Starts a thread for the pool.
type SpawnWorker = fn(&'static Pool) -> Result<(), NoThread>;

fn spawn_worker(pool: &'static Pool) -> Result<(), NoThread> {
    spawn("blocking", || pool.work()).map(drop)
}

type Job = Box<dyn FnOnce() + Send>;

/// Threads that are started when there is work, up to a limit.
struct Pool {
    most: usize,
    idle: Duration,
    spawn: SpawnWorker,
    state: Mutex<State>,
    wake: Condvar,
}

struct State {
    waiting: VecDeque<Job>,
    threads: usize,
    /// Threads that wait for work.
    idle: usize,
}

impl Pool {
    const fn new(most: usize, idle: Duration, spawn: SpawnWorker) -> Self {
        let state = State { waiting: VecDeque::new(), threads: 0, idle: 0 };
        Self { most, idle, spawn, state: Mutex::new(state), wake: Condvar::new() }
    }

    fn start<T: Send + 'static>(
        &'static self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = Result<T, BlockingError>> + Send {
        let (tell, done) = oneshot::channel();
        let job = move || {
            // Nobody may wait for it any more.
            let _ = tell.send(work());
        };
        let added = self.add(Box::new(job));
        async move {
            added?;
            // The other end goes without a word only where the work panics.
            done.await.map_err(|_| BlockingError::Panicked)
        }
    }

    /// Has it done by a thread that waits, by a new one, or else by the next that has ended its work.
    fn add(&'static self, job: Job) -> Result<(), NoThread> {
        let mut state = self.state();
        state.waiting.push_back(job);
        if state.waiting.len() <= state.idle {
            self.wake.notify_one();
        } else if state.threads < self.most {
            state.threads += 1;
            if let Err(error) = (self.spawn)(self) {
                state.threads -= 1;
                if state.threads == 0 {
                    state.waiting.clear();
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// What each thread does.
    fn work(&self) {
        let mut state = self.state();
        loop {
            if let Some(job) = state.waiting.pop_front() {
                drop(state);
                // The panic is reported by the hook, and to who waits by the missing result.
                let _ = catch_unwind(AssertUnwindSafe(job));
                state = self.state();
                continue;
            }
            let is_last = state.threads == 1;
            let mut waited_in_vain = false;
            state.idle += 1;
            if is_last {
                state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            } else {
                let woken = self.wake.wait_timeout(state, self.idle);
                let (woken, wait) = woken.unwrap_or_else(PoisonError::into_inner);
                (state, waited_in_vain) = (woken, wait.timed_out());
            }
            state.idle -= 1;
            if waited_in_vain && state.waiting.is_empty() && state.threads > 1 {
                state.threads -= 1;
                return;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // It is whole after every step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc;
    use std::thread::{self, ThreadId};

    use futures_util::FutureExt as _;
    use rustix::io::Errno;

    use super::*;

    const AGAIN: NoThread = NoThread(Errno::AGAIN);

    fn leaked(most: usize, idle: Duration, spawn: SpawnWorker) -> &'static Pool {
        Box::leak(Box::new(Pool::new(most, idle, spawn)))
    }

    /// Work that waits until it is let go, and the word that it has begun.
    fn held() -> (mpsc::Sender<()>, mpsc::Receiver<()>, impl FnOnce() -> ThreadId + Send) {
        let (release, held) = mpsc::channel();
        let (start, begun) = mpsc::channel();
        let work = move || {
            let _ = start.send(());
            let _ = held.recv();
            thread::current().id()
        };
        (release, begun, work)
    }

    #[tokio::test]
    async fn work_is_done_elsewhere_and_at_once() {
        assert_ne!(blocking(|| thread::current().id()).await, Ok(thread::current().id()));
        let (release, begun, work) = held();
        let waiting = blocking(work);
        begun.recv().unwrap();
        assert_eq!(blocking(|| 7).await, Ok(7), "nothing waits for what hangs");
        drop(release);
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn without_any_thread_it_is_an_error() {
        let pool = leaked(4, IDLE, |_| Err(AGAIN));
        assert_eq!(pool.start(|| 7).await, Err(BlockingError::NoThread(AGAIN)));
        assert!(pool.state().waiting.is_empty() && pool.state().threads == 0);
        assert!(AGAIN.to_string().contains("ulimit -u"));
    }

    #[tokio::test]
    async fn one_thread_gets_everything_done() {
        let pool = leaked(4, Duration::ZERO, |pool| {
            static GIVEN: AtomicBool = AtomicBool::new(false);
            if GIVEN.swap(true, Ordering::SeqCst) { Err(AGAIN) } else { spawn_worker(pool) }
        });
        let (release, begun, work) = held();
        let first = pool.start(work);
        begun.recv().unwrap();
        let mut second = Box::pin(pool.start(|| thread::current().id()));
        assert!((&mut second).now_or_never().is_none(), "it waits for the only thread");
        drop(release);
        let only = first.await.unwrap();
        assert_eq!(second.await, Ok(only));
        // It stays however long there is nothing to do.
        assert_eq!(pool.start(|| thread::current().id()).await, Ok(only));
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_thread_stays() {
        let pool = leaked(1, IDLE, spawn_worker);
        assert_eq!(pool.start(|| panic!("on purpose")).await, Err::<(), _>(BlockingError::Panicked));
        assert_eq!(pool.start(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn there_are_no_more_threads_than_allowed_and_idle_ones_end() {
        let pool = leaked(2, Duration::from_millis(1), spawn_worker);
        let held: Vec<_> = (0..3).map(|_| held()).collect();
        let mut started = Vec::new();
        let mut releases = Vec::new();
        for (n, (release, begun, work)) in held.into_iter().enumerate() {
            started.push(pool.start(work));
            if n < 2 {
                begun.recv().unwrap();
            }
            releases.push(release);
        }
        let counts = |state: &State| (state.threads, state.waiting.len());
        assert_eq!(counts(&pool.state()), (2, 1));
        drop(releases);
        for work in started {
            work.await.unwrap();
        }
        while pool.state().threads > 1 {
            thread::yield_now();
        }
    }
}
