//! The endpoint that the benches send to: a process of its own, so that what it costs is not counted.
//!
//! The bench's own program, started with one argument more, is that process.

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

/// Says that this process is the endpoint; then come the numbers of ports that take, and that hang.
const ARGUMENT: &str = "--endpoint";

/// The path at which every port hangs.
pub const HANGS: &str = "/hangs";

/// The path at which every port takes [`DELAY`] to respond.
pub const SLOW: &str = "/slow";
const DELAY: Duration = Duration::from_millis(20);

/// The endpoint's process. Dropped, it ends.
pub struct Endpoint {
    child: Child,
    taking: Vec<String>,
    hanging: Vec<String>,
}

impl Endpoint {
    /// Starts one with so many ports that answer 200 to everything, and so many that never answer.
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

    /// Where everything is answered with 200.
    pub fn taking(&self) -> &[String] {
        &self.taking
    }

    /// Where nothing is answered.
    pub fn hanging(&self) -> &[String] {
        &self.hanging
    }

    /// When each delivery came to the first port, by its id, in microseconds since 1970.
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

/// Is the endpoint until it is killed, where this process was started for that.
pub fn serve_if_asked() {
    let mut args = std::env::args().skip_while(|arg| arg != ARGUMENT);
    if args.next().is_none() {
        return;
    }
    let numbers: Vec<usize> = args.map(|number| number.parse().unwrap()).collect();
    tokio::runtime::Runtime::new().unwrap().block_on(serve(numbers[0], numbers[1]));
}

/// Says its URLs, each on a line, and serves them.
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
        servers.spawn(async move { axum::serve(listener, app).await });
    }
    servers.join_next().await;
}

/// Takes everything, and notes when each delivery came. What has no id is not a delivery.
fn noting() -> Router {
    let arrivals: Arc<Mutex<Vec<(String, i64)>>> = Arc::default();
    let told = Arc::clone(&arrivals);
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
        for (id, at) in told.lock().unwrap().drain(..) {
            writeln!(text, "{id} {at}").unwrap();
        }
        async { text }
    };
    Router::new().route("/arrivals", get(tell)).fallback(note)
}
