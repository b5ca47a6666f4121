//! An endpoint that keeps each request in the order of arrival, with its time and how many were open.

use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use bytes::Bytes;

/// The timeout of every wait.
const DEADLINE: Duration = Duration::from_mins(1);

/// A request.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When it arrived.
    pub at: Instant,
    /// The event's `ref`.
    pub reference: String,
    /// The requests in flight, with this one.
    pub open: usize,
    /// The status of the response.
    pub status: u16,
}

#[derive(Default)]
struct Kept {
    entries: Vec<Entry>,
    open: usize,
}

/// An endpoint on loopback, until it is dropped.
pub struct Tape {
    pub addr: SocketAddr,
    kept: Arc<(Mutex<Kept>, Condvar)>,
    _runtime: tokio::runtime::Runtime,
}

/// A request that is being answered. Dropped also when its sender has gone.
struct Open(Arc<(Mutex<Kept>, Condvar)>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().open -= 1;
    }
}

impl Tape {
    /// Starts one that responds after this delay with the status that `answer` returns for the event's `ref` and how
    /// often it came, from 1.
    pub fn start(
        after: Duration,
        answer: impl Fn(&str, usize) -> u16 + Send + Sync + Clone + 'static,
    ) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let kept: Arc<(Mutex<Kept>, Condvar)> = Arc::default();
        let written = Arc::clone(&kept);
        let handler = move |body: Bytes| {
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let reference = body["ref"].as_str().unwrap().to_owned();
            let status = {
                let mut kept = written.0.lock().unwrap();
                kept.open += 1;
                let times = kept.entries.iter().filter(|entry| entry.reference == reference).count() + 1;
                let status = answer(&reference, times);
                let open = kept.open;
                kept.entries.push(Entry { at: Instant::now(), reference, open, status });
                status
            };
            written.1.notify_all();
            let open = Open(Arc::clone(&written));
            async move {
                tokio::time::sleep(after).await;
                drop(open);
                StatusCode::from_u16(status).unwrap()
            }
        };
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let addr = listener.local_addr().unwrap();
        let app = axum::Router::new().fallback(handler);
        runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { addr, kept, _runtime: runtime }
    }

    /// One that accepts everything, each after this delay.
    pub fn taking(after: Duration) -> Self {
        Self::start(after, |_, _| 200)
    }

    /// The requests so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.kept().entries.clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.0.lock().unwrap()
    }

    /// Waits for so many requests.
    #[track_caller]
    pub fn wait_for(&self, count: usize) {
        let deadline = Instant::now() + DEADLINE;
        let mut kept = self.kept();
        while kept.entries.len() < count {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{} of {count} requests came", kept.entries.len());
            kept = self.kept.1.wait_timeout(kept, left).unwrap().0;
        }
    }

    /// A profile that posts an event's `ref` here, with these members.
    pub fn profile(&self, title: &str, members: serde_json::Value) -> serde_json::Value {
        let mut document = serde_json::json!({
            "title": title, "channel": "sms", "url": format!("http://{}/cb", self.addr),
            "body": "{\"ref\": \"<ref>\"}",
        });
        let serde_json::Value::Object(members) = members else { panic!("an object") };
        members.into_iter().for_each(|(name, value)| document[name] = value);
        document
    }
}

/// Checks that in any time no more arrived than the rate allows with a second's worth at once, and one more for what
/// arrives a little late.
#[track_caller]
pub fn assert_rate(entries: &[Entry], per_second: f64) {
    for (first, from) in entries.iter().enumerate() {
        for (last, to) in entries.iter().enumerate().skip(first) {
            let most = per_second * ((to.at - from.at).as_secs_f64() + 1.0) + 1.0;
            let count = last - first + 1;
            #[allow(clippy::cast_precision_loss, reason = "there are few")]
            let is_within = count as f64 <= most;
            assert!(is_within, "{count} requests in {:?}, {most} at most", to.at - from.at);
        }
    }
}

/// Checks that events were sent one at a time in the order of their references, `p1` and so on: each after the one
/// before, or again.
#[track_caller]
pub fn assert_order(entries: &[Entry]) {
    let numbers: Vec<usize> = entries.iter().map(|entry| entry.reference[1..].parse().unwrap()).collect();
    for (at, pair) in numbers.windows(2).enumerate() {
        let is_next = pair[1] == pair[0] || (pair[1] == pair[0] + 1 && entries[at].status == 200);
        assert!(is_next, "{} {} and then {}: {numbers:?}", pair[0], entries[at].status, pair[1]);
    }
    assert_eq!(entries.iter().map(|entry| entry.open).max(), Some(1), "one at a time");
}
