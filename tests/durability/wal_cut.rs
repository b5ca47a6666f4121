//! The write-ahead log, truncated where a power failure may truncate it: the rest opens, and contains whole batches
//! only; nothing that was reported as stored is missing.
//!
//! `RINGBACK_CUTS=all cargo test --test durability wal_cut` cuts at every frame.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::support::profiles::retried;
use crate::support::server::{Reply, Server};
use ringback::callback::Values;
use ringback::delivery::{Limits, Sender, Transport};
use ringback::profile::{Event, Profile};
use ringback::record::{DeliveryId, DeliveryState, NewDelivery, Summary};
use ringback::storage::{Counts, Store};

/// Deliveries in each batch.
const BATCH: usize = 5;
/// Batches accepted before and while the sender runs.
const BATCHES: usize = 8;
/// The number of cuts at frames by default.
const CUTS: usize = 100;
/// Bytes before the first frame, and before the page of each (`SQLite`'s file format, section 4).
const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// A batch, with the length of the log before it was accepted and when it was reported.
struct Batch {
    ids: Vec<DeliveryId>,
    before: usize,
    after: usize,
}

/// A database at the start, and everything that was written since.
struct Written {
    base: Vec<u8>,
    log: Vec<u8>,
    batches: Vec<Batch>,
    /// Its state with the complete log.
    end: HashMap<DeliveryId, Summary>,
}

#[tokio::test(flavor = "multi_thread")]
async fn any_truncation_of_the_log_leaves_whole_batches() {
    let folder = tempfile::tempdir().unwrap();
    let written = write(&folder.path().join("a.db")).await;
    let page = u32::from_be_bytes(written.log[8..12].try_into().unwrap());
    let frame = FRAME_HEADER + usize::try_from(page).unwrap();
    let frames = (written.log.len() - HEADER) / frame;
    assert_eq!(HEADER + frames * frame, written.log.len(), "the log is whole frames");

    let all = std::env::var("RINGBACK_CUTS").is_ok_and(|cuts| cuts == "all");
    let step = if all { 1 } else { (frames / CUTS).max(1) };
    let mut cuts: Vec<usize> = (0..=frames).step_by(step).map(|n| HEADER + n * frame).collect();
    // Around reported batches, every frame is tested.
    cuts.extend(written.batches.iter().flat_map(|batch| [batch.after - frame, batch.after]));
    // In the middle of frames, in the header, and nothing at all.
    let middles: Vec<usize> = cuts.iter().step_by(5).map(|cut| cut + frame / 2).collect();
    cuts.extend(middles.into_iter().chain([0, HEADER / 2, written.log.len()]));
    cuts.retain(|cut| *cut <= written.log.len());
    cuts.sort_unstable();
    cuts.dedup();

    let mut earlier: Option<HashMap<DeliveryId, Summary>> = None;
    for cut in &cuts {
        let left = open_cut(&written, *cut, &[]).await;
        if let Some(earlier) = &earlier {
            only_went_on(earlier, &left, *cut);
        }
        earlier = Some(left);
    }
    assert_eq!(earlier.unwrap(), written.end, "nothing was cut off at last");
    // A disk may have old contents there.
    for cut in cuts.iter().step_by(10) {
        open_cut(&written, *cut, &[0; 8192]).await;
        let rubbish: Vec<u8> =
            (0..8192_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        open_cut(&written, *cut, &rubbish).await;
    }
    println!("{} cuts of a log of {frames} frames", cuts.len());
}

/// Works with a database whose writes only reach the log.
async fn write(path: &Path) -> Written {
    let server = Server::start(|request, _| Reply::new(answer(&request.body), "")).await;
    let profile = retried(&server.url(), 1, 3600, 5000);
    let store = Store::open(path).unwrap();
    store.save_profiles(vec![profile.clone()]).await.unwrap();
    // Closing it checkpoints: everything is in the file, and the log starts over.
    store.close();
    drop(store);
    let base = std::fs::read(path).unwrap();

    let store = Store::open(path).unwrap();
    let mut batches = Vec::new();
    for n in 0..BATCHES / 2 {
        batches.push(accept(&store, &profile, n).await);
    }
    let cancelled = batches[1].ids[1];
    assert!(store.cancel(cancelled).await.unwrap());
    let sender = Sender::start(Arc::new(store.clone()), Transport::new(Arc::default()), Limits::default());
    for n in BATCHES / 2..BATCHES {
        batches.push(accept(&store, &profile, n).await);
    }
    until(&store, |counts| counts.queued == 0).await;
    sender.stop().await;
    // One more that nobody sends, and one waiting that is retried now.
    batches.push(accept(&store, &profile, BATCHES).await);
    assert!(store.retry_now(batches[0].ids[2]).await.unwrap());

    let end = crate::durable::check_open(&store).await;
    let states: Vec<DeliveryState> = end.values().map(|summary| summary.state).collect();
    for state in [
        DeliveryState::Queued,
        DeliveryState::Waiting,
        DeliveryState::Delivered,
        DeliveryState::Failed,
        DeliveryState::Cancelled,
    ] {
        assert!(states.contains(&state), "{state:?} is among them");
    }
    let log = std::fs::read(log_of(path)).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), base, "the log has not been copied into the file yet");
    Written { base, log, batches, end }
}

/// The outcome of each delivery depends on the last character of its number.
fn answer(body: &str) -> u16 {
    if body.contains("-2\"") { 503 } else { 200 }
}

async fn accept(store: &Store, profile: &Profile, n: usize) -> Batch {
    let new = |place: usize| {
        let mut values = Values::default();
        values.set("id", format!("{n}-{place}").into());
        let mut delivery = NewDelivery::event(profile, Some(Event::SmsSend), values);
        if place == 3 {
            // It cannot be sent, and has failed from the start.
            let class = ringback::record::ErrorClass::Request;
            let message = "a header cannot be sent".to_owned();
            delivery.request = Err(ringback::record::Failure { class, message });
        }
        delivery
    };
    let batch: Vec<NewDelivery> = (0..BATCH).map(new).collect();
    let ids = batch.iter().map(|delivery| delivery.id).collect();
    let before = length(store.path());
    store.enqueue(batch).await.unwrap();
    Batch { ids, before, after: length(store.path()) }
}

async fn until(store: &Store, wanted: impl Fn(Counts) -> bool) {
    let mut changes = store.changes();
    let in_time = tokio::time::timeout(Duration::from_secs(30), async {
        while !wanted(store.counts().await.unwrap()) {
            changes.changed().await.unwrap();
        }
    });
    in_time.await.unwrap();
}

fn log_of(path: &Path) -> PathBuf {
    path.with_extension("db-wal")
}

fn length(path: &Path) -> usize {
    std::fs::metadata(log_of(path)).map_or(0, |found| usize::try_from(found.len()).unwrap())
}

/// Opens the database with this much of its log, followed by these bytes. Returns its contents.
async fn open_cut(written: &Written, cut: usize, tail: &[u8]) -> HashMap<DeliveryId, Summary> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    std::fs::write(&path, &written.base).unwrap();
    std::fs::write(log_of(&path), [&written.log[..cut], tail].concat()).unwrap();
    let store = Store::open(&path).unwrap_or_else(|error| panic!("cut at {cut}: {error}"));
    let left = crate::durable::check_open(&store).await;
    let mut before = true;
    for (n, batch) in written.batches.iter().enumerate() {
        let there = batch.ids.iter().filter(|id| left.contains_key(id)).count();
        assert!(there == 0 || there == BATCH, "cut at {cut}: {there} of batch {n}");
        assert!(there == BATCH || cut < batch.after, "cut at {cut}: batch {n} was said to be on disk");
        assert!(there == 0 || cut > batch.before, "cut at {cut}: batch {n} was not written yet");
        assert!(before || there == 0, "cut at {cut}: batch {n} is there, and one before is not");
        before = there > 0;
    }
    left
}

/// Checks that more of the log undoes nothing.
fn only_went_on(earlier: &HashMap<DeliveryId, Summary>, later: &HashMap<DeliveryId, Summary>, cut: usize) {
    for (id, before) in earlier {
        let after = later.get(id).unwrap_or_else(|| panic!("cut at {cut}: {id} is gone"));
        assert!(after.attempts >= before.attempts, "cut at {cut}: {before:?}, then {after:?}");
        if !before.state.is_pending() {
            assert_eq!(after.state, before.state, "cut at {cut}");
        }
    }
}
