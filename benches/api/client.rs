//! The client of the benches, as a process of its own: so many connections, each with one request at a time.
//!
//! The bench program, started with additional arguments, is that process.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

use crate::figures::percentile;

/// Marks this process as the client; followed by a [`Load`] as JSON.
const ARGUMENT: &str = "--api-client";

/// What a client sends.
#[derive(Debug, Clone)]
pub struct Load {
    /// To where.
    pub addr: String,
    /// The key of the API; empty for none.
    pub key: String,
    /// A file with an event per line, which are sent in turn.
    pub events: String,
    pub connections: usize,
    pub events_per_request: usize,
    pub requests: usize,
    /// Requests a second; none is as many as possible.
    pub rate: Option<f64>,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    /// Events that were accepted, a second.
    pub rate: f64,
    /// The latency of a request, 99th percentile, in milliseconds: from when it was due.
    pub p99_ms: f64,
}

impl Load {
    /// Sends it from another process.
    pub fn send(&self) -> Sent {
        let Self { addr, key, events, connections, events_per_request, requests, rate } = self;
        let load = json!({
            "addr": addr, "key": key, "events": events, "connections": connections,
            "events_per_request": events_per_request, "requests": requests, "rate": rate,
        });
        let mut command = Command::new(std::env::current_exe().unwrap());
        let ran = command.args([ARGUMENT, &load.to_string()]).stderr(Stdio::inherit()).output().unwrap();
        assert!(ran.status.success(), "{load}");
        let sent: Value = serde_json::from_slice(&ran.stdout).unwrap();
        let number = |name: &str| sent[name].as_f64().unwrap();
        Sent { rate: number("rate"), p99_ms: number("p99_ms") }
    }

    /// The requests, which are sent in turn.
    fn requests(&self) -> Vec<Vec<u8>> {
        let text = std::fs::read_to_string(Path::new(&self.events)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let request = |events: &[&str]| {
            let body = match events {
                [one] => (*one).to_owned(),
                many => format!("[{}]", many.join(",")),
            };
            let mut request = "POST /v1/bench/callback/events HTTP/1.1\r\nhost: bench\r\n".to_owned();
            if !self.key.is_empty() {
                write!(request, "api-key: {}\r\n", self.key).unwrap();
            }
            let length = body.len();
            write!(request, "content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
                .unwrap();
            request.into_bytes()
        };
        lines.chunks_exact(self.events_per_request).map(request).collect()
    }
}

/// Sends as the client and exits, if this process was started for that.
pub fn send_if_asked() {
    let mut args = std::env::args().skip_while(|arg| arg != ARGUMENT).skip(1);
    let Some(load) = args.next() else { return };
    let load: Value = serde_json::from_str(&load).unwrap();
    let text = |name: &str| load[name].as_str().unwrap().to_owned();
    let number = |name: &str| usize::try_from(load[name].as_u64().unwrap()).unwrap();
    let load = Load {
        addr: text("addr"),
        key: text("key"),
        events: text("events"),
        connections: number("connections"),
        events_per_request: number("events_per_request"),
        requests: number("requests"),
        rate: load["rate"].as_f64(),
    };
    let sent = tokio::runtime::Runtime::new().unwrap().block_on(send(load));
    println!("{}", json!({"rate": sent.rate, "p99_ms": sent.p99_ms}));
    std::process::exit(0);
}

async fn send(load: Load) -> Sent {
    let addr: SocketAddr = load.addr.parse().unwrap();
    let mut streams = Vec::new();
    for _ in 0..load.connections {
        let stream = TcpStream::connect(addr).await.unwrap();
        stream.set_nodelay(true).unwrap();
        streams.push(stream);
    }
    let requests = Arc::new(load.requests());
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let tasks = streams.into_iter().map(|mut stream| {
        let (requests, next, load) = (Arc::clone(&requests), Arc::clone(&next), load.clone());
        tokio::spawn(async move {
            let (mut latencies, mut buffer) = (Vec::new(), Vec::new());
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= load.requests {
                    return latencies;
                }
                let due = load.rate.map(|rate| start + Duration::from_secs_f64(number as f64 / rate));
                if let Some(due) = due {
                    sleep_until(due).await;
                }
                let began = due.unwrap_or_else(Instant::now);
                stream.write_all(&requests[number % requests.len()]).await.unwrap();
                let accepted = response(&mut stream, &mut buffer).await;
                assert_eq!(accepted, load.events_per_request);
                latencies.push(began.elapsed().as_secs_f64() * 1e3);
            }
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.unwrap());
    }
    let seconds = start.elapsed().as_secs_f64();
    Sent {
        rate: (load.requests * load.events_per_request) as f64 / seconds,
        p99_ms: percentile(&mut latencies, 99),
    }
}

/// Reads a response, which must be a 202, and counts what it accepted.
async fn response(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> usize {
    buffer.clear();
    let (head, length) = loop {
        assert!(stream.read_buf(buffer).await.unwrap() > 0, "the connection was closed");
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 202 "), "{}", String::from_utf8_lossy(buffer));
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        break (end + 4, length.parse::<usize>().unwrap());
    };
    while buffer.len() < head + length {
        assert!(stream.read_buf(buffer).await.unwrap() > 0, "the connection was closed");
    }
    let wanted: &[u8] = b"\"delivery_id\"";
    buffer[head..].windows(wanted.len()).filter(|seen| *seen == wanted).count()
}
