//! An endpoint that counts: each delivery, and the requests at once.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

/// What was counted.
#[derive(Debug, Default)]
pub struct Counts {
    /// How often each delivery came, by its id.
    pub times: HashMap<String, u32>,
    /// When each delivery came last.
    last: HashMap<String, Instant>,
    /// The least and the greatest time between two requests of a delivery.
    pub gaps: Option<(Duration, Duration)>,
    /// Requests at once, now and at most.
    pub open: usize,
    pub most_open: usize,
}

impl Counts {
    /// Counts a request. How often this delivery came before.
    fn came(&mut self, id: String) -> u32 {
        let now = Instant::now();
        if let Some(last) = self.last.insert(id.clone(), now) {
            let gap = now - last;
            let (least, most) = self.gaps.unwrap_or((gap, gap));
            self.gaps = Some((least.min(gap), most.max(gap)));
        }
        self.open += 1;
        self.most_open = self.most_open.max(self.open);
        let times = self.times.entry(id).or_default();
        *times += 1;
        *times - 1
    }

    /// How many came more than once, and how often in all.
    pub fn repeated(&self) -> u32 {
        self.times.values().map(|times| times - 1).sum()
    }
}

/// An endpoint on loopback that takes everything, until it is dropped.
pub struct Counting {
    addr: SocketAddr,
    counts: Arc<Mutex<Counts>>,
    _runtime: tokio::runtime::Runtime,
}

/// A request that is being answered. Dropped also when its sender has gone.
struct Open(Arc<Mutex<Counts>>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.lock().unwrap().open -= 1;
    }
}

impl Counting {
    /// Answers each request after so long.
    pub fn start(after: Duration) -> Self {
        Self::refusing(after, 0)
    }

    /// The same, and refuses the first so many attempts of each delivery.
    pub fn refusing(after: Duration, attempts: u32) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let counts: Arc<Mutex<Counts>> = Arc::default();
        let counted = Arc::clone(&counts);
        let handler = move |headers: HeaderMap| {
            let id = headers["webhook-id"].to_str().unwrap().to_owned();
            let before = counted.lock().unwrap().came(id);
            let open = Open(Arc::clone(&counted));
            async move {
                tokio::time::sleep(after).await;
                drop(open);
                if before < attempts { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
            }
        };
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let addr = listener.local_addr().unwrap();
        let app = axum::Router::new().fallback(handler);
        runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { addr, counts, _runtime: runtime }
    }

    /// What was counted so far.
    pub fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap()
    }

    /// A profile that posts an event's `ref` here.
    pub fn profile(&self) -> Value {
        json!({
            "title": "Order SMS", "channel": "sms", "url": format!("http://{}/cb", self.addr),
            "body": "{\"ref\": \"<ref>\"}",
            "retry": {"count": 2, "interval_s": 1, "timeout_ms": 20000},
        })
    }
}
