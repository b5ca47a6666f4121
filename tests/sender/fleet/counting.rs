//! An endpoint that counts: each delivery, and the requests at once.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::http::HeaderMap;
use serde_json::{Value, json};

/// What was counted.
#[derive(Debug, Default)]
pub struct Counts {
    /// How often each delivery came, by its id.
    pub times: HashMap<String, u32>,
    /// Requests at once, now and at most.
    pub open: usize,
    pub most_open: usize,
}

impl Counts {
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
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let counts: Arc<Mutex<Counts>> = Arc::default();
        let counted = Arc::clone(&counts);
        let handler = move |headers: HeaderMap| {
            let id = headers["webhook-id"].to_str().unwrap().to_owned();
            {
                let mut counts = counted.lock().unwrap();
                *counts.times.entry(id).or_default() += 1;
                counts.open += 1;
                counts.most_open = counts.most_open.max(counts.open);
            }
            let open = Open(Arc::clone(&counted));
            async move {
                tokio::time::sleep(after).await;
                drop(open);
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
