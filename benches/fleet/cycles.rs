//! The server without HTTP: deliveries are accepted, claimed and recorded, by one process that accepts and two senders.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ringback::callback::Values;
use ringback::profile::Profile;
use ringback::record::{NewDelivery, Next, Outcome};
use ringback::storage::postgres::{PgSeat, PgStore};
use ringback::storage::{Demand, Producer as _, Queue as _, QueueError, SenderReport};

use crate::delivering::outcome;
use crate::figures::Figure;

/// Deliveries of a run.
const CYCLES: usize = 150_000;
/// Deliveries of a statement.
const BATCH: usize = 256;

/// Cycles per second, and what each costs the server.
pub async fn measure(store: impl Fn() -> PgStore, server: u32, profile: &Profile) -> [Figure; 2] {
    let done = Arc::new(AtomicUsize::new(0));
    let (accepting, senders) = (store(), [store(), store()]);
    let seats = seats(&senders).await;
    let new: Vec<NewDelivery> =
        (0..CYCLES).map(|_| NewDelivery::event(profile, None, Values::default())).collect();
    let (cost, began) = (seconds(server), Instant::now());
    let accepting = tokio::spawn(async move {
        for batch in new.chunks(BATCH) {
            accepting.enqueue(batch.to_vec()).await.unwrap();
        }
    });
    let sending: Vec<_> =
        senders.iter().map(|store| tokio::spawn(send(store.clone(), Arc::clone(&done)))).collect();
    accepting.await.unwrap();
    for sender in sending {
        sender.await.unwrap();
    }
    #[allow(clippy::cast_precision_loss, reason = "a few million")]
    let cycles = CYCLES as f64;
    let (time, cost) = (began.elapsed().as_secs_f64(), seconds(server) - cost);
    for (store, seat) in senders.iter().zip(seats) {
        store.leave(seat).await.unwrap();
    }
    [
        Figure::new("server alone, cycles a second", cycles / time, Some(">= 15000")),
        Figure::new("server's processor time of a cycle, microseconds", cost / cycles * 1e6, Some("<= 90")),
    ]
}

/// Both join, the second one while the first makes room.
async fn seats([first, second]: &[PgStore; 2]) -> [PgSeat; 2] {
    let one = first.join(|_| ()).await.unwrap();
    let making_room = async {
        while renew(first).await < 2 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let (two, ()) = tokio::join!(second.join(|_| ()), making_room);
    [one, two.unwrap()]
}

/// Renews a seat, and says that its sender has adapted to all others. How many senders there are.
async fn renew(store: &PgStore) -> usize {
    let fleet = store.renew(SenderReport::default()).await.unwrap();
    let report = SenderReport { adapted_to: Some(fleet.newest()), ..SenderReport::default() };
    store.renew(report).await.unwrap().senders()
}

/// Claims and records until all is done. What was claimed before is recorded meanwhile.
async fn send(store: PgStore, done: Arc<AtomicUsize>) {
    let mut recording: Option<tokio::task::JoinHandle<()>> = None;
    while done.load(Ordering::Relaxed) < CYCLES {
        renew(&store).await;
        for _ in 0..100 {
            let demand = || Demand::idle(Timestamp::now(), BATCH, BATCH);
            let jobs = repeated(|| store.claim(demand())).await.jobs;
            if jobs.is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
                if done.load(Ordering::Relaxed) >= CYCLES {
                    break;
                }
                continue;
            }
            let outcomes: Arc<[Outcome]> =
                jobs.iter().map(|job| outcome(job, 200, Next::Delivered)).collect();
            if let Some(before) = recording.take() {
                before.await.unwrap();
            }
            let (store, done) = (store.clone(), Arc::clone(&done));
            recording = Some(tokio::spawn(async move {
                let count = outcomes.len();
                assert!(repeated(|| store.record(Arc::clone(&outcomes))).await.is_empty());
                done.fetch_add(count, Ordering::Relaxed);
            }));
        }
    }
    if let Some(last) = recording {
        last.await.unwrap();
    }
}

/// What a statement returns that is repeated if it takes too long, as a sender does.
async fn repeated<T, F: Future<Output = Result<T, QueueError>>>(statement: impl Fn() -> F) -> T {
    loop {
        match statement().await {
            Ok(returned) => return returned,
            Err(error) => println!("  repeated: {error}"),
        }
    }
}

/// Processor seconds of a server, with its processes that live and those that have ended.
fn seconds(server: u32) -> f64 {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let stats = processes.filter_map(|process| fs::read_to_string(process.path().join("stat")).ok());
    let ticks: u64 = stats.filter_map(|stat| ticks(&stat, server)).sum();
    #[allow(clippy::cast_precision_loss, reason = "an hour is a hundred thousand")]
    let ticks = ticks as f64;
    ticks / 100.0
}

/// The hundredths of a second in a line of `/proc`, if it is of the server or one of its children.
fn ticks(stat: &str, server: u32) -> Option<u64> {
    let (id, rest) = stat.split_once(' ')?;
    let fields: Vec<&str> = rest.rsplit_once(") ")?.1.split(' ').collect();
    let number = |place: usize| fields.get(place)?.parse::<u64>().ok();
    let is_server = id == server.to_string();
    if !is_server && number(1)? != u64::from(server) {
        return None;
    }
    // Those of ended children are counted with the server.
    let own = number(11)? + number(12)?;
    Some(if is_server { own + number(13)? + number(14)? } else { own })
}
