//! An endpoint in the test's own process that records each request.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use tokio::sync::watch;

/// The timeout of every wait.
const DEADLINE: Duration = Duration::from_mins(1);

/// The requests of one delivery.
#[derive(Debug, Default, Clone)]
pub struct Arrived {
    /// How often.
    pub times: u32,
    /// How often the response was 200.
    pub taken: u32,
    pub body: String,
    /// The time of the latest one.
    pub last: Option<Instant>,
}

/// By `webhook-id`.
pub type Book = HashMap<String, Arrived>;

/// An endpoint on loopback, until it is dropped.
pub struct Recorder {
    pub addr: SocketAddr,
    book: Arc<(Mutex<Book>, Condvar)>,
    /// Whether responses are released.
    answers: watch::Sender<bool>,
    _runtime: tokio::runtime::Runtime,
}

impl Recorder {
    /// Starts one that responds to each request after this delay with the status that `answer` returns for its ID and
    /// its count, from 1.
    pub fn start(after: Duration, answer: impl Fn(&str, u32) -> u16 + Send + Sync + Clone + 'static) -> Self {
        Self::at("127.0.0.1:0", after, answer)
    }

    /// The same, on this address.
    pub fn at(
        address: &str,
        after: Duration,
        answer: impl Fn(&str, u32) -> u16 + Send + Sync + Clone + 'static,
    ) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let book: Arc<(Mutex<Book>, Condvar)> = Arc::default();
        let written = Arc::clone(&book);
        let answers = watch::Sender::new(true);
        let gate = answers.clone();
        let handler = move |headers: HeaderMap, body: Bytes| {
            let id = headers["webhook-id"].to_str().unwrap().to_owned();
            let status = {
                let mut book = written.0.lock().unwrap();
                let arrived = book.entry(id.clone()).or_default();
                arrived.times += 1;
                arrived.body = String::from_utf8_lossy(&body).into_owned();
                arrived.last = Some(Instant::now());
                let status = answer(&id, arrived.times);
                arrived.taken += u32::from(status == 200);
                status
            };
            written.1.notify_all();
            let mut open = gate.subscribe();
            async move {
                tokio::time::sleep(after).await;
                // An error means that the endpoint is gone, and its clients with it.
                let _ = open.wait_for(|open| *open).await;
                StatusCode::from_u16(status).unwrap()
            }
        };
        let listener = runtime.block_on(tokio::net::TcpListener::bind(address)).unwrap();
        let addr = listener.local_addr().unwrap();
        let app = axum::Router::new().fallback(handler);
        runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { addr, book, answers, _runtime: runtime }
    }

    /// One that accepts everything at once.
    pub fn taking() -> Self {
        Self::start(Duration::ZERO, |_, _| 200)
    }

    /// Withholds responses until they are released.
    pub fn withhold_responses(&self) {
        self.answers.send_replace(false);
    }

    /// Releases responses, withheld and future ones.
    pub fn release_responses(&self) {
        self.answers.send_replace(true);
    }

    /// The requests so far.
    pub fn book(&self) -> MutexGuard<'_, Book> {
        self.book.0.lock().unwrap()
    }

    /// Waits until the requests are as expected.
    #[track_caller]
    pub fn wait(&self, what: &str, wanted: impl Fn(&Book) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        let mut book = self.book();
        while !wanted(&book) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what} did not come; {} deliveries came", book.len());
            book = self.book.1.wait_timeout(book, left).unwrap().0;
        }
    }

    /// A profile that posts an event's `ref` here, as a document to apply.
    pub fn profile(&self, retries: u32) -> serde_json::Value {
        let mut document = serde_json::json!({
            "title": "Order SMS", "channel": "sms", "url": format!("http://{}/cb", self.addr),
            "body": "{\"ref\": \"<ref>\"}",
        });
        if retries > 0 {
            document["retry"] = serde_json::json!({"count": retries, "interval_s": 1, "timeout_ms": 20000});
        }
        document
    }
}

/// A line of NDJSON.
pub fn event(profile_id: &str, reference: &str) -> String {
    let data = serde_json::json!({"ref": reference});
    format!("{{\"callback_profile_id\": \"{profile_id}\", \"event\": \"sms-send\", \"data\": {data}}}\n")
}

/// Many lines of NDJSON, with `<start>1` and so on as their references.
pub fn events(profile_id: &str, start: &str, count: usize) -> String {
    (1..=count).map(|n| event(profile_id, &format!("{start}{n}"))).collect()
}
