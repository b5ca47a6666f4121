//! An HTTP server that responds as a test wants, and remembers the requests.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Response};
use bytes::Bytes;

/// A server on loopback, until it is dropped.
pub struct Server {
    pub addr: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: tokio::task::JoinHandle<()>,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Seen {
    pub headers: HeaderMap,
    pub body: String,
}

impl Seen {
    /// A header's value; empty without one.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// One response.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// The delay; `Duration::MAX` means for ever.
    pub after: Duration,
}

impl Reply {
    /// An immediate response.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), after: Duration::ZERO }
    }
}

impl Server {
    /// Starts one. `answer` gets the request and the number of requests so far, from 1.
    pub async fn start(answer: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&seen), Arc::new(answer));
        let handler = move |headers: HeaderMap, body: Bytes| {
            let request = Seen { headers, body: String::from_utf8_lossy(&body).into_owned() };
            let mut all = kept.lock().expect("no panic");
            all.push(request.clone());
            let reply = answer(&request, all.len());
            async move {
                tokio::time::sleep(reply.after).await;
                let response = reply
                    .headers
                    .iter()
                    .fold(Response::builder().status(reply.status), |response, (name, value)| {
                        response.header(*name, value)
                    });
                response.body(Body::from(reply.body)).expect("an answer")
            }
        };
        let app = axum::Router::new().fallback(handler);
        let task = tokio::spawn(async move { axum::serve(listener, app).await.expect("serving") });
        Self { addr, seen, task }
    }

    /// An address on it.
    pub fn url(&self) -> String {
        format!("http://{}/", self.addr)
    }

    /// The requests so far.
    pub fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().expect("no panic")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
