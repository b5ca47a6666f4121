//! Shared by the benches of the sender: a profile, a run of deliveries, and the bare loops of HTTP clients to compare
//! with.

#![allow(dead_code, reason = "not every bench needs all of it")]

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ringback::callback::Values;
use ringback::delivery::{Limits, Sender, Transport};
use ringback::profile::{Channel, Draft, Identity, Profile, ProfileId, Region, Rules};
use ringback::record::{Attempt, Job, NewDelivery, Next, Outcome};
use ringback::storage::Store;
use tempfile::TempDir;

/// Deliveries in each run.
pub const DELIVERIES: usize = 40_000;
/// Concurrent attempts.
pub const CONCURRENCY: usize = 64;
/// Deliveries that a source submits at a time; it waits until they are on disk.
const BATCH: usize = 500;
/// Concurrent sources.
const SOURCES: usize = 4;
/// The body, 110 bytes.
pub const BODY: &str = r#"{"id":"ee8a1c52-90aa-4c0e-a5ff-9b717aa9130d:1","status":"DELIVRD","recipient":"+919800000083","message":"Hi!"}"#;

/// The draft of a profile that sends the body to this URL.
pub fn draft(url: &str) -> Draft {
    let mut draft = Draft::new(Channel::Sms);
    draft.title = "Bench".into();
    draft.endpoint = url.into();
    draft.body = BODY.into();
    draft
}

/// What came of an attempt that got this status within a millisecond.
pub fn outcome(job: &Job, status: u16, next: Next) -> Outcome {
    let attempt = Attempt {
        n: job.attempts + 1,
        started_at: Timestamp::now(),
        duration_ms: 1,
        phases: None,
        is_probe: false,
        address: None,
        status: Some(status),
        error: None,
        response_headers: vec![("content-type".to_owned(), "text/plain".to_owned())].into(),
        response_body: b"ok".to_vec(),
        response_cut: false,
        response_incomplete: None,
        sender: None,
    };
    let subject = Arc::clone(&job.subject);
    Outcome { job: job.reference, lane: job.lane, subject, attempt, next }
}

/// The profile of a valid draft.
pub fn checked(draft: &Draft) -> Profile {
    let now = Timestamp::now();
    let id = ProfileId::new(Region::In, uuid::Uuid::new_v4());
    draft.check(Rules::STORED, Identity { id, created_at: now, modified_at: now }).unwrap()
}

/// A profile with everything enabled: AES-256-GCM on each of the four values of the same body, with a random vector
/// for each, and a signing secret.
pub fn sealing(url: &str) -> (Profile, Values) {
    let mut draft = draft(url);
    draft.body =
        r#"{"id":"<id>","status":"<status>","recipient":"<recipient>","message":"<message>"}"#.into();
    draft.encryption = true;
    draft.enc_algorithm = "AES-256-GCM".into();
    draft.enc_key = "0123456789abcdef0123456789abcdef".into();
    draft.enc_random_iv = true;
    draft.signing_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into();
    (checked(&draft), Values::parse(BODY).unwrap())
}

/// A store in its own folder, with these profiles.
pub async fn store(profiles: &[Profile]) -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("bench.db")).unwrap();
    store.save_profiles(profiles.to_vec()).await.unwrap();
    (folder, store)
}

/// Accepts, sends and records one run, alternating among the profiles. Returns the seconds until all are delivered
/// and on disk.
pub async fn deliver(profiles: &[(Profile, Values)], limits: Limits, wanted: usize) -> f64 {
    let all: Vec<Profile> = profiles.iter().map(|(profile, _)| profile.clone()).collect();
    let (_folder, store) = store(&all).await;
    let start = Instant::now();
    let sender = Sender::start(Arc::new(store.clone()), Transport::new(Arc::default()), limits);
    let sources: Vec<_> = (0..SOURCES)
        .map(|_| {
            let (store, profiles) = (store.clone(), profiles.to_vec());
            tokio::spawn(async move {
                for _ in 0..DELIVERIES / BATCH / SOURCES {
                    let new = |(profile, values): &(Profile, Values)| {
                        NewDelivery::event(profile, None, values.clone())
                    };
                    store.enqueue(profiles.iter().cycle().take(BATCH).map(new).collect()).await.unwrap();
                }
            })
        })
        .collect();
    for source in sources {
        source.await.unwrap();
    }
    while store.counts().await.unwrap().delivered < wanted as u64 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let seconds = start.elapsed().as_secs_f64();
    sender.stop().await;
    seconds
}

/// Sends deliveries accepted before, this many of each profile. Returns the seconds from the start of the sender
/// until `wanted` are delivered and on disk.
pub async fn deliver_of(profiles: &[(Profile, usize)], wanted: usize) -> f64 {
    deliver_over(Transport::new(Arc::default()), profiles, wanted).await
}

/// The same over this transport.
pub async fn deliver_over(transport: Transport, profiles: &[(Profile, usize)], wanted: usize) -> f64 {
    let all: Vec<Profile> = profiles.iter().map(|(profile, _)| profile.clone()).collect();
    let (_folder, store) = store(&all).await;
    let mut left = profiles.to_vec();
    while !left.is_empty() {
        // Alternating, in order of acceptance.
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH && !left.is_empty() {
            for (profile, count) in &mut left {
                batch.push(NewDelivery::event(profile, None, Values::default()));
                *count -= 1;
            }
            left.retain(|(_, count)| *count > 0);
        }
        store.enqueue(batch).await.unwrap();
    }
    let start = Instant::now();
    let sender = Sender::start(Arc::new(store.clone()), transport, Limits::default());
    while store.counts().await.unwrap().delivered < wanted as u64 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let seconds = start.elapsed().as_secs_f64();
    sender.stop().await;
    seconds
}

/// Room for as many attempts to one endpoint as the concurrency of the bare loop.
pub fn wide() -> Limits {
    Limits { per_origin: CONCURRENCY, ..Limits::default() }
}

/// The same number of requests by reqwest alone. Returns the seconds that they took.
pub async fn bare_loop(url: &str) -> f64 {
    bare_loop_to(&[url.to_owned()], CONCURRENCY, DELIVERIES).await
}

/// Requests by reqwest alone, to each URL in turn, with this concurrency. Returns the seconds that they took.
pub async fn bare_loop_to(urls: &[String], concurrency: usize, count: usize) -> f64 {
    let client = reqwest::Client::builder().no_proxy().http1_only().build().unwrap();
    let urls: Arc<[String]> = urls.into();
    let sent = AtomicUsize::new(0);
    let request = move || {
        let url = &urls[sent.fetch_add(1, Ordering::Relaxed) % urls.len()];
        let request = client.post(url).header("content-type", "application/json").body(BODY);
        async { drop(request.send().await.unwrap().bytes().await.unwrap()) }
    };
    loop_of(Arc::new(request), concurrency, count).await
}

/// Requests per second by `oha` with the same body and this concurrency, if it is installed.
pub fn oha_rate(url: &str, concurrency: usize, count: usize) -> Option<f64> {
    let mut command = Command::new("oha");
    command.args([
        "--no-tui",
        "-n",
        &count.to_string(),
        "-c",
        &concurrency.to_string(),
        "-m",
        "POST",
        "-d",
        BODY,
    ]);
    let ran = command.args(["-T", "application/json", url]).output().ok()?;
    let text = String::from_utf8(ran.stdout).unwrap();
    let line = text.lines().find(|line| line.trim().starts_with("Requests/sec:"));
    Some(line.unwrap().split_whitespace().nth(1).unwrap().parse().unwrap())
}

/// Requests with this concurrency. Returns the seconds that they took.
async fn loop_of<F, R>(request: Arc<F>, concurrency: usize, count: usize) -> f64
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send,
{
    let sent = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let tasks: Vec<_> = (0..concurrency)
        .map(|_| {
            let (request, sent) = (Arc::clone(&request), Arc::clone(&sent));
            tokio::spawn(async move {
                while sent.fetch_add(1, Ordering::Relaxed) < count {
                    request().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    start.elapsed().as_secs_f64()
}
