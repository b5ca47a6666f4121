//! Blocking work, away from threads that must not block.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::{NoThread, spawn};

/// The maximum number of threads. Some may hang for long: on a file of a dead server, on a remote display.
const MAX_THREADS: usize = 512;

/// How long an idle thread waits for more work. The last one stays, so that the next work needs no new thread.
const IDLE: Duration = Duration::from_secs(10);

/// Why there is no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BlockingError {
    /// There is no thread to run it.
    #[error(transparent)]
    NoThread(#[from] NoThread),
    /// It has panicked, which was reported.
    #[error("an internal error occurred, which is a bug in ringback")]
    Panicked,
}

/// Runs blocking work on a thread of the pool, starting at once, and returns its result. It runs to its end even if
/// nobody waits.
///
/// # Errors
/// There is no thread for it, or it has panicked.
pub fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = Result<T, BlockingError>> + Send {
    static POOL: Pool = Pool::new(MAX_THREADS, IDLE, spawn_worker);
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
}

struct State {
    waiting: VecDeque<Job>,
    threads: usize,
    /// What wakes each idle thread, the one that became idle last at the end: it is the next to work, since the others
    /// have less of what they need in their caches.
    idle: Vec<Arc<Condvar>>,
}

impl Pool {
    const fn new(most: usize, idle: Duration, spawn: SpawnWorker) -> Self {
        let state = State { waiting: VecDeque::new(), threads: 0, idle: Vec::new() };
        Self { most, idle, spawn, state: Mutex::new(state) }
    }

    fn start<T: Send + 'static>(
        &'static self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = Result<T, BlockingError>> + Send {
        let (tx, done) = oneshot::channel();
        let job = move || {
            // Nobody may be waiting any more.
            let _ = tx.send(work());
        };
        let added = self.add(Box::new(job));
        async move {
            added?;
            // The sender is dropped without a result only if the work panics.
            done.await.map_err(|_| BlockingError::Panicked)
        }
    }

    /// Assigns the work to an idle thread, to a new one, or else to the next one that becomes free.
    fn add(&'static self, job: Job) -> Result<(), NoThread> {
        let mut state = self.state();
        state.waiting.push_back(job);
        if let Some(wake) = state.idle.pop() {
            wake.notify_one();
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

    /// The loop of each thread.
    fn work(&self) {
        let wake = Arc::<Condvar>::default();
        let mut state = self.state();
        loop {
            if let Some(job) = state.waiting.pop_front() {
                drop(state);
                // The panic is reported by the hook, and to the caller by the missing result.
                let _ = catch_unwind(AssertUnwindSafe(job));
                state = self.state();
                continue;
            }
            let is_last = state.threads == 1;
            let mut waited_in_vain = false;
            state.idle.push(Arc::clone(&wake));
            if is_last {
                state = wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            } else {
                let woken = wake.wait_timeout(state, self.idle);
                let (woken, wait) = woken.unwrap_or_else(PoisonError::into_inner);
                (state, waited_in_vain) = (woken, wait.timed_out());
            }
            // Whoever woke it has removed it. It wakes at other times too.
            state.idle.retain(|idle| !Arc::ptr_eq(idle, &wake));
            if waited_in_vain && state.waiting.is_empty() && state.threads > 1 {
                state.threads -= 1;
                return;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // It is consistent after every step.
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

    /// Work that blocks until it is released, and the signal that it has started.
    fn blocked() -> (mpsc::Sender<()>, mpsc::Receiver<()>, impl FnOnce() -> ThreadId + Send) {
        let (release, blocked) = mpsc::channel();
        let (start, begun) = mpsc::channel();
        let work = move || {
            let _ = start.send(());
            let _ = blocked.recv();
            thread::current().id()
        };
        (release, begun, work)
    }

    #[tokio::test]
    async fn work_runs_on_another_thread_at_once() {
        assert_ne!(blocking(|| thread::current().id()).await, Ok(thread::current().id()));
        let (release, begun, work) = blocked();
        let waiting = blocking(work);
        begun.recv().unwrap();
        assert_eq!(blocking(|| 7).await, Ok(7), "nothing waits for what hangs");
        drop(release);
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn without_any_thread_blocking_is_an_error() {
        let pool = leaked(4, IDLE, |_| Err(AGAIN));
        assert_eq!(pool.start(|| 7).await, Err(BlockingError::NoThread(AGAIN)));
        assert!(pool.state().waiting.is_empty() && pool.state().threads == 0);
        assert!(AGAIN.to_string().contains("ulimit -u"));
    }

    #[tokio::test]
    async fn one_thread_completes_all_work() {
        let pool = leaked(4, Duration::ZERO, |pool| {
            static GIVEN: AtomicBool = AtomicBool::new(false);
            if GIVEN.swap(true, Ordering::SeqCst) { Err(AGAIN) } else { spawn_worker(pool) }
        });
        let (release, begun, work) = blocked();
        let first = pool.start(work);
        begun.recv().unwrap();
        let mut second = Box::pin(pool.start(|| thread::current().id()));
        assert!((&mut second).now_or_never().is_none(), "it waits for the only thread");
        drop(release);
        let only = first.await.unwrap();
        assert_eq!(second.await, Ok(only));
        // It stays however long there is no work.
        assert_eq!(pool.start(|| thread::current().id()).await, Ok(only));
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_keeps_the_thread() {
        let pool = leaked(1, IDLE, spawn_worker);
        assert_eq!(pool.start(|| panic!("on purpose")).await, Err::<(), _>(BlockingError::Panicked));
        assert_eq!(pool.start(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn threads_are_limited_and_idle_ones_end() {
        let pool = leaked(2, Duration::from_millis(1), spawn_worker);
        let blocked: Vec<_> = (0..3).map(|_| blocked()).collect();
        let mut started = Vec::new();
        let mut releases = Vec::new();
        for (n, (release, begun, work)) in blocked.into_iter().enumerate() {
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
