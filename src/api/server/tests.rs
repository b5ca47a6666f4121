//! Connections with short limits.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::*;
use crate::listening::listen;

/// Longer than any wait that ends.
const LONG: Duration = Duration::from_mins(1);

async fn start(app: Router, limits: ServerLimits) -> Server {
    let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    Server::start(listener, None, TowerToHyperService::new(app), limits).unwrap()
}

fn app() -> Router {
    Router::new().route("/", get(async || "hello"))
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.addr()).await.unwrap()
}

/// Everything until the end of the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is cut off has ended, too.
    let _ = tokio::time::timeout(LONG, stream.read_to_end(&mut bytes)).await.expect("an end");
    String::from_utf8(bytes).unwrap()
}

/// Sends a request and reads the beginning of its response.
async fn request(stream: &mut TcpStream) -> String {
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut bytes = [0; 4096];
    let read = tokio::time::timeout(LONG, stream.read(&mut bytes)).await.expect("a response").unwrap();
    String::from_utf8(bytes[..read].to_vec()).unwrap()
}

#[tokio::test]
async fn whoever_stops_before_the_end_of_a_head_is_disconnected() {
    let limits = ServerLimits { quiet: Duration::from_millis(50), ..ServerLimits::default() };
    let server = start(app(), limits).await;
    for beginning in ["", "G", "GET / HTTP/1.1\r\nhost", "PRI * HTTP/2.0\r\n"] {
        let mut stream = connect(&server).await;
        stream.write_all(beginning.as_bytes()).await.unwrap();
        assert_eq!(rest(&mut stream).await, "", "{beginning}");
    }
    // A byte now and then is no request either.
    let mut stream = connect(&server).await;
    let dripped = async {
        while stream.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LONG, dripped).await.expect("an end");
}

#[tokio::test]
async fn an_idle_connection_makes_room_for_another() {
    let limits = ServerLimits {
        connections: 1,
        quiet: LONG * 10,
        quiet_in_crowd: Duration::from_millis(20),
        ..ServerLimits::default()
    };
    let server = start(app(), limits).await;
    let mut first = connect(&server).await;
    assert!(request(&mut first).await.starts_with("HTTP/1.1 200 OK\r\n"));
    let mut second = connect(&server).await;
    assert!(request(&mut second).await.starts_with("HTTP/1.1 200 OK\r\n"));
    assert_eq!(rest(&mut first).await, "");
}

#[tokio::test]
async fn a_stop_waits_for_the_requests_that_have_arrived() {
    let (arrived, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (Arc::clone(&arrived), Arc::clone(&go));
    let slow = async move || {
        tell.notify_one();
        wait.notified().await;
        "done"
    };
    let server = start(Router::new().route("/", get(slow)), ServerLimits::default()).await;
    let addr = server.addr();
    let (mut busy, mut idle) = (connect(&server).await, connect(&server).await);
    busy.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    arrived.notified().await;
    let stopping = tokio::spawn(server.stop());
    assert_eq!(rest(&mut idle).await, "");
    while TcpStream::connect(addr).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!stopping.is_finished(), "a request is in progress");
    go.notify_one();
    assert!(rest(&mut busy).await.ends_with("done"));
    tokio::time::timeout(LONG, stopping).await.expect("an end").unwrap();
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let endless = async || std::future::pending::<&'static str>().await;
    let limits = ServerLimits { stop: Duration::from_millis(50), ..ServerLimits::default() };
    let server = start(Router::new().route("/", get(endless)), limits).await;
    let mut stream = connect(&server).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    tokio::time::timeout(LONG, server.stop()).await.expect("an end");
    assert_eq!(rest(&mut stream).await, "");
}
