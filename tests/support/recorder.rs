//! An endpoint in the test's own process that writes down each request that arrives.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use tokio::sync::watch;

/// The longest that anything is waited for.
const DEADLINE: Duration = Duration::from_mins(1);

/// What has arrived of one delivery.
#[derive(Debug, Default, Clone)]
pub struct Arrived {
    /// How often.
    pub times: u32,
    /// How often that was answered with 200.
    pub taken: u32,
    pub body: String,
    /// When it came last.
    pub last: Option<Instant>,
}

/// By `webhook-id`.
pub type Book = HashMap<String, Arrived>;

/// An endpoint on loopback, until it is dropped.
pub struct Recorder {
    pub addr: SocketAddr,
    book: Arc<(Mutex<Book>, Condvar)>,
    /// Whether answers go out.
    answers: watch::Sender<bool>,
    _runtime: tokio::runtime::Runtime,
}

impl Recorder {
    /// Starts one that answers each request with the status that `answer` has for its id and for how
    /// often it came, from 1, after so long.
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
                // An error says that the endpoint has gone, and with it who wants an answer.
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

    /// One that takes everything at once.
    pub fn taking() -> Self {
        Self::start(Duration::ZERO, |_, _| 200)
    }

    /// Keeps answers back until they are let go.
    pub fn keep_answers(&self) {
        self.answers.send_replace(false);
    }

    /// Lets answers go out, those that were kept and all others.
    pub fn let_answers_go(&self) {
        self.answers.send_replace(true);
    }

    /// What has arrived so far.
    pub fn book(&self) -> MutexGuard<'_, Book> {
        self.book.0.lock().unwrap()
    }

    /// Waits until what arrived is as wanted.
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

    /// A profile that posts an event's `ref` here, as a document to be applied.
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

/// Many lines of NDJSON, with `<start>1` and so on for their references.
pub fn events(profile_id: &str, start: &str, count: usize) -> String {
    (1..=count).map(|n| event(profile_id, &format!("{start}{n}"))).collect()
}
