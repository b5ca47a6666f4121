//! The endpoint of the benches: a separate process, so that its cost is not included.
//!
//! The bench program, started with an additional argument, is that process.

#![allow(dead_code, reason = "not every bench needs all of it")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::{any, get};
use bytes::Bytes;
use tokio::net::TcpListener;

/// Marks this process as the endpoint; followed by the numbers of responding and of hanging ports.
const ARGUMENT: &str = "--endpoint";

/// The path at which every port hangs.
pub const HANGS: &str = "/hangs";

/// The path at which every port takes [`DELAY`] to respond.
pub const SLOW: &str = "/slow";
const DELAY: Duration = Duration::from_millis(20);

/// The path at which every port takes five times as long.
pub const SLOWER: &str = "/slower";

/// The endpoint's process. Dropping it ends the process.
pub struct Endpoint {
    child: Child,
    taking: Vec<String>,
    hanging: Vec<String>,
}

impl Endpoint {
    /// Starts one with `taking` ports that respond to everything with 200, and `hanging` ports that never respond.
    pub fn start(taking: usize, hanging: usize) -> Self {
        let program = std::env::current_exe().unwrap();
        let numbers = [taking.to_string(), hanging.to_string()];
        let mut child =
            Command::new(program).arg(ARGUMENT).args(numbers).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut urls: Vec<String> = lines.take(taking + hanging).map(Result::unwrap).collect();
        let hanging = urls.split_off(taking);
        Self { child, taking: urls, hanging }
    }

    /// The URLs that respond to everything with 200.
    pub fn taking(&self) -> &[String] {
        &self.taking
    }

    /// The URLs that never respond.
    pub fn hanging(&self) -> &[String] {
        &self.hanging
    }

    /// When each delivery arrived at the first port, by ID, in microseconds since 1970.
    pub async fn arrivals(&self) -> HashMap<String, i64> {
        let url = self.taking[0].replace("/cb", "/arrivals");
        let text = reqwest::get(url).await.unwrap().text().await.unwrap();
        let read = |line: &str| {
            let (id, at) = line.split_once(' ').unwrap();
            (id.to_owned(), at.parse().unwrap())
        };
        text.lines().map(read).collect()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Serves as the endpoint until killed, if this process was started for that.
pub fn serve_if_asked() {
    let mut args = std::env::args().skip_while(|arg| arg != ARGUMENT);
    if args.next().is_none() {
        return;
    }
    let numbers: Vec<usize> = args.map(|number| number.parse().unwrap()).collect();
    tokio::runtime::Runtime::new().unwrap().block_on(serve(numbers[0], numbers[1]));
}

/// Prints its URLs, one per line, and serves them.
async fn serve(taking: usize, hanging: usize) {
    let mut servers = tokio::task::JoinSet::new();
    for place in 0..taking + hanging {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}/cb", listener.local_addr().unwrap());
        let app = match place {
            0 if taking > 0 => noting(),
            _ if place < taking => Router::new().fallback(|_: Bytes| async { "ok" }),
            _ => Router::new().fallback(|_: Bytes| std::future::pending::<&str>()),
        };
        let app = app.route(HANGS, any(|_: Bytes| std::future::pending::<&str>()));
        let app = app.route(SLOW, any(|_: Bytes| async { tokio::time::sleep(DELAY).await }));
        let app = app.route(SLOWER, any(|_: Bytes| async { tokio::time::sleep(DELAY * 5).await }));
        servers.spawn(async move { axum::serve(listener, app).await });
    }
    servers.join_next().await;
}

/// Accepts everything, and records when each delivery arrived. A request without an ID is not a delivery.
fn noting() -> Router {
    let arrivals: Arc<Mutex<Vec<(String, i64)>>> = Arc::default();
    let shared = Arc::clone(&arrivals);
    let note = move |headers: HeaderMap, _: Bytes| {
        if let Some(id) = headers.get("webhook-id") {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            let now = i64::try_from(now.as_micros()).unwrap();
            arrivals.lock().unwrap().push((id.to_str().unwrap().to_owned(), now));
        }
        async { "ok" }
    };
    let tell = move || {
        let mut text = String::new();
        for (id, at) in shared.lock().unwrap().drain(..) {
            writeln!(text, "{id} {at}").unwrap();
        }
        async { text }
    };
    Router::new().route("/arrivals", get(tell)).fallback(note)
}
