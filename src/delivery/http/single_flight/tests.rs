use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use super::*;

/// Concurrent runs.
const CONCURRENT: usize = 64;

/// Why a run failed.
#[derive(Debug, Clone, PartialEq)]
enum No {
    Released,
    BrokeOff,
    NotStarted,
}

impl From<NotRun> for No {
    fn from(why: NotRun) -> Self {
        match why {
            NotRun::BrokeOff => Self::BrokeOff,
            NotRun::NoThread(_) => Self::NotStarted,
        }
    }
}

type Flight = SingleFlight<String, usize, No>;

fn flight(run: impl Fn(&String) -> Result<usize, No> + Send + Sync + 'static) -> Flight {
    SingleFlight::new("test", CONCURRENT, run)
}

/// Runs that hang for keys with `silent` in them until they are released.
fn partly_silent() -> (Flight, Arc<AtomicUsize>, mpsc::Sender<()>) {
    let ran = Arc::new(AtomicUsize::new(0));
    let (release, silence) = mpsc::channel::<()>();
    let silence = Arc::new(Mutex::new(silence));
    let count = Arc::clone(&ran);
    let flight = flight(move |key| {
        count.fetch_add(1, Ordering::SeqCst);
        if key.contains("silent") {
            // Until the other end is dropped.
            let _ = silence.lock().unwrap_or_else(PoisonError::into_inner).recv();
            return Err(No::Released);
        }
        Ok(key.len())
    });
    (flight, ran, release)
}

async fn get(flight: &Flight, key: &str) -> Result<usize, No> {
    flight.get(&key.to_owned()).await
}

async fn gives_up_on(flight: &Flight, key: &str) {
    let waited = tokio::time::timeout(Duration::from_millis(1), get(flight, key)).await;
    assert!(waited.is_err(), "{key}");
}

fn waiting(
    flight: &Flight,
    keys: impl Iterator<Item = String>,
) -> Vec<tokio::task::JoinHandle<Result<usize, No>>> {
    keys.map(|key| {
        let flight = flight.clone();
        tokio::spawn(async move { flight.get(&key).await })
    })
    .collect()
}

async fn until(mut what: impl FnMut() -> bool) {
    while !what() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn silent(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|n| format!("silent {n}"))
}

#[tokio::test]
async fn one_run_serves_all_who_wait_for_a_key_and_those_who_come_after_a_timeout() {
    let (flight, ran, release) = partly_silent();
    for _ in 0..20 {
        gives_up_on(&flight, "silent").await;
    }
    let waiting = waiting(&flight, (0..20).map(|_| "silent".to_owned()));
    until(|| ran.load(Ordering::SeqCst) == 1).await;
    drop(release);
    for one in waiting {
        assert_eq!(one.await.unwrap(), Err(No::Released));
    }
    assert!(flight.state().pending.is_empty());
}

#[tokio::test]
async fn those_that_hang_never_take_the_threads_kept_for_those_that_succeeded() {
    let (flight, ran, release) = partly_silent();
    assert_eq!(get(&flight, "fine").await, Ok(4));
    flight.trust("trusted".to_owned());
    let waiting = waiting(&flight, silent(3 * CONCURRENT));
    until(|| ran.load(Ordering::SeqCst) == 1 + CONCURRENT).await;
    until(|| flight.state().pending.len() == 3 * CONCURRENT).await;
    for _ in 0..100 {
        assert_eq!(get(&flight, "fine").await, Ok(4));
    }
    assert_eq!(get(&flight, "trusted").await, Ok(7));
    gives_up_on(&flight, "unknown").await;
    assert_eq!(flight.state().threads, CONCURRENT, "no more than the bound");
    drop(release);
    for one in waiting {
        assert!(one.await.unwrap().is_err());
    }
    until(|| flight.state().threads == 0).await;
}

#[tokio::test]
async fn what_nobody_waits_for_is_not_run() {
    let (flight, ran, release) = partly_silent();
    let waiting = waiting(&flight, silent(CONCURRENT));
    until(|| ran.load(Ordering::SeqCst) == CONCURRENT).await;
    for n in 0..1000 {
        gives_up_on(&flight, &format!("late {n}")).await;
    }
    drop(release);
    for one in waiting {
        assert!(one.await.unwrap().is_err());
    }
    until(|| flight.state().threads == 0).await;
    assert_eq!(ran.load(Ordering::SeqCst), CONCURRENT);
    assert!(flight.state().pending.is_empty());
}

#[tokio::test]
async fn a_run_that_panics_fails_for_all_that_wait_and_leaves_room() {
    let flight = flight(|_| panic!("not in my library"));
    assert_eq!(get(&flight, "a").await, Err(No::BrokeOff));
    until(|| flight.state().threads == 0).await;
}

/// The database is read on the runtime's threads for blocking work.
#[test]
fn no_thread_of_the_runtime_is_held() {
    let (flight, ran, release) = partly_silent();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build();
    runtime.unwrap().block_on(async {
        let waiting = waiting(&flight, silent(CONCURRENT));
        until(|| ran.load(Ordering::SeqCst) == CONCURRENT).await;
        assert_eq!(tokio::task::spawn_blocking(|| 1).await.unwrap(), 1);
        drop(release);
        for one in waiting {
            assert!(one.await.unwrap().is_err());
        }
    });
}
