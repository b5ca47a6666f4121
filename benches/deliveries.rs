//! Deliveries a second, accepted, sent and recorded on disk, against a bare loop of the same HTTP
//! client; alternated in one run, the median of five. The endpoint is a process of its own.
//!
//! `cargo bench --bench deliveries` prints the figures and keeps them in
//! `target/figures/deliveries.json`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench says what failed by panicking")]

mod figures;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use figures::{Figure, keep, percentile};
use jiff::Timestamp;
use ringback::callback::Values;
use ringback::delivery::{Limits, NewDelivery, Outbox as _, Sender, Transport};
use ringback::profile::{Channel, Draft, Identity, Profile, ProfileId, Region, Rules};
use ringback::store::Store;

/// Deliveries in each round.
const DELIVERIES: usize = 40_000;
/// Tries under way at a time.
const CONCURRENCY: usize = 64;
/// Rounds; the median counts.
const ROUNDS: usize = 5;
/// Deliveries that a source hands over at a time; it waits until they are on disk.
const BATCH: usize = 500;
/// Sources that do so at the same time.
const SOURCES: usize = 4;
/// The body, 110 bytes.
const BODY: &str = r#"{"id":"ee8a1c52-90aa-4c0e-a5ff-9b717aa9130d:1","status":"DELIVRD","recipient":"+919800000083","message":"Hi!"}"#;

fn main() {
    if std::env::args().any(|arg| arg == "--endpoint") {
        return endpoint();
    }
    let (mut child, url) = start_endpoint();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (mut durable, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(runtime.block_on(bare_loop(&url)));
        durable.push(runtime.block_on(deliver(&url)));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (bare, durable) = (percentile(&mut bare, 50), percentile(&mut durable, 50));
    keep(
        "deliveries",
        &[
            Figure::new("bare loop of the client, requests a second", bare, None),
            Figure::new("durable deliveries a second", durable, None),
            Figure::new("durable against bare", durable / bare, Some(">= 0.9")),
        ],
    );
}

/// The endpoint's process: answers 200 to everything, says its URL on a line.
fn endpoint() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}/cb", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(|_: bytes::Bytes| async { "ok" });
        axum::serve(listener, app).await.unwrap();
    });
}

fn start_endpoint() -> (Child, String) {
    let program = std::env::current_exe().unwrap();
    let mut child = Command::new(program).arg("--endpoint").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, line.trim().to_owned())
}

#[allow(clippy::cast_precision_loss, reason = "a few thousand")]
fn rate(since: Instant) -> f64 {
    DELIVERIES as f64 / since.elapsed().as_secs_f64()
}

async fn bare_loop(url: &str) -> f64 {
    let client = reqwest::Client::builder().no_proxy().http1_only().build().unwrap();
    let sent = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let tasks: Vec<_> = (0..CONCURRENCY)
        .map(|_| {
            let (client, sent, url) = (client.clone(), Arc::clone(&sent), url.to_owned());
            tokio::spawn(async move {
                while sent.fetch_add(1, Ordering::Relaxed) < DELIVERIES {
                    let request = client.post(&url).header("content-type", "application/json").body(BODY);
                    request.send().await.unwrap().bytes().await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    rate(start)
}

fn profile(url: &str) -> Profile {
    let mut draft = Draft::new(Channel::Sms);
    draft.title = "Bench".into();
    draft.endpoint = url.into();
    draft.body = BODY.into();
    let now = Timestamp::now();
    let id = ProfileId::new(Region::In, uuid::Uuid::new_v4());
    draft.check(Rules::STORED, Identity { id, created_at: now, modified_at: now }).unwrap()
}

/// Accepts, sends and records; the clock stops when the last outcome is on disk.
async fn deliver(url: &str) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("bench.db")).unwrap();
    let profile = profile(url);
    store.save_profiles(vec![profile.clone()]).await.unwrap();
    let limits = Limits { per_origin: CONCURRENCY, ..Limits::default() };
    let start = Instant::now();
    let sender = Sender::start(Arc::new(store.clone()), Transport::new(Arc::default()), limits);
    let sources: Vec<_> = (0..SOURCES)
        .map(|_| {
            let (store, profile) = (store.clone(), profile.clone());
            tokio::spawn(async move {
                for _ in 0..DELIVERIES / BATCH / SOURCES {
                    let batch = (0..BATCH).map(|_| NewDelivery::event(&profile, None, Values::default()));
                    store.accept(batch.collect()).await.unwrap();
                }
            })
        })
        .collect();
    for source in sources {
        source.await.unwrap();
    }
    while store.counts().await.unwrap().delivered < DELIVERIES as u64 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let rate = rate(start);
    sender.stop().await;
    rate
}
