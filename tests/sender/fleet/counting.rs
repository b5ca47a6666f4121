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
    /// Requests at once at all ports, now and at most.
    pub open: usize,
    pub most_open: usize,
    /// The same at each port now, and at most at one of them.
    open_at: Vec<usize>,
    pub most_at_one: usize,
}

impl Counts {
    /// Counts a request to a port. How often this delivery came before.
    fn came(&mut self, port: usize, id: String) -> u32 {
        let now = Instant::now();
        if let Some(last) = self.last.insert(id.clone(), now) {
            let gap = now - last;
            let (least, most) = self.gaps.unwrap_or((gap, gap));
            self.gaps = Some((least.min(gap), most.max(gap)));
        }
        self.open += 1;
        self.most_open = self.most_open.max(self.open);
        if let Some(open) = self.open_at.get_mut(port) {
            *open += 1;
            self.most_at_one = self.most_at_one.max(*open);
        }
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
    addresses: Vec<SocketAddr>,
    counts: Arc<Mutex<Counts>>,
    _runtime: tokio::runtime::Runtime,
}

/// A request that is being answered. Dropped also when its sender has gone.
struct Open(Arc<Mutex<Counts>>, usize);

impl Drop for Open {
    fn drop(&mut self) {
        let Self(counts, port) = self;
        let mut counts = counts.lock().unwrap();
        counts.open -= 1;
        counts.open_at[*port] -= 1;
    }
}

impl Counting {
    /// Answers each request after so long.
    pub fn start(after: Duration) -> Self {
        Self::refusing(after, 0)
    }

    /// The same, and refuses the first so many attempts of each delivery.
    pub fn refusing(after: Duration, attempts: u32) -> Self {
        Self::of_ports(1, after, attempts)
    }

    /// The same at each of so many ports: an endpoint each.
    pub fn of_ports(ports: usize, after: Duration, refused: u32) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let counts = Arc::new(Mutex::new(Counts { open_at: vec![0; ports], ..Counts::default() }));
        let serve = |port: usize| {
            let counted = Arc::clone(&counts);
            let handler = move |headers: HeaderMap| {
                let id = headers["webhook-id"].to_str().unwrap().to_owned();
                let before = counted.lock().unwrap().came(port, id);
                let open = Open(Arc::clone(&counted), port);
                async move {
                    tokio::time::sleep(after).await;
                    drop(open);
                    if before < refused { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
                }
            };
            let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
            let address = listener.local_addr().unwrap();
            let app = axum::Router::new().fallback(handler);
            runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
            address
        };
        let addresses = (0..ports).map(serve).collect();
        Self { addresses, counts, _runtime: runtime }
    }

    /// What was counted so far.
    pub fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap()
    }

    /// A profile that posts an event's `ref` to the first port.
    pub fn profile(&self) -> Value {
        profile_of("Order SMS", self.addresses[0])
    }

    /// One for each port.
    pub fn profiles(&self) -> Vec<Value> {
        let titled = |address: &SocketAddr| profile_of(&format!("Order SMS {}", address.port()), *address);
        self.addresses.iter().map(titled).collect()
    }
}

fn profile_of(title: &str, address: SocketAddr) -> Value {
    json!({
        "title": title, "channel": "sms", "url": format!("http://{address}/cb"),
        "body": "{\"ref\": \"<ref>\"}",
        "retry": {"count": 2, "interval_s": 1, "timeout_ms": 20000},
    })
}
