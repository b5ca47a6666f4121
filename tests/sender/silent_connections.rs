//! HTTP/2 connections that are open but silent, as after a NAT has forgotten them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::desk::Desk;
use crate::support::http2::{
    ACK, DATA, END_HEADERS, END_STREAM, HEADERS, PING, PREFACE, SETTINGS, STATUS_200, frame, read_frame,
};
use crate::support::profiles::profile;
use crate::support::secure::{Authority, acceptor};
use ringback::profile::Profile;
use ringback::record::{Details, ErrorClass};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What the first connection does after its first response. The others respond to all requests.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Then {
    /// Reads on, and writes nothing.
    Silent,
    /// Replies to PINGs, and to nothing else.
    RepliesToPings,
    /// Allows no streams from then on, and closes the connection at the next PING.
    AllowsNothing,
}

struct Server {
    addr: SocketAddr,
    ca: String,
    desk: Desk,
    connections: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    async fn start(then: Then) -> Self {
        let (desk, authority) = (Desk::new(), Authority::new());
        let ca = authority.file(desk.folder.path());
        let acceptor = acceptor(&authority.issue("localhost"), &[b"h2"], None);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let is_first = counted.fetch_add(1, Ordering::SeqCst) == 0;
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let stream = acceptor.accept(stream).await?;
                    serve(stream, is_first.then_some(then)).await
                });
            }
        });
        Self { addr, ca, desk, connections, task }
    }

    fn profile(&self, timeout_ms: u32) -> Profile {
        profile(&format!("https://localhost:{}/cb", self.addr.port()), |draft| {
            draft.ca_file.clone_from(&self.ca);
            draft.http2 = true;
            draft.retry_timeout = timeout_ms.to_string();
        })
    }

    async fn sent(&self, timeout_ms: u32) -> Details {
        self.desk.only_attempt(&self.profile(timeout_ms)).await
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, then: Option<Then>) -> std::io::Result<()> {
    let mut preface = [0; PREFACE.len()];
    stream.read_exact(&mut preface).await?;
    assert_eq!(preface, PREFACE, "it speaks HTTP/2");
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    let mut responded = false;
    loop {
        let (kind, flags, id, payload) = read_frame(&mut stream).await?;
        let changed = then.filter(|_| responded);
        let reply = match kind {
            SETTINGS if flags & ACK == 0 && changed.is_none() => frame(SETTINGS, ACK, 0, &[]),
            PING if flags & ACK == 0 && changed == Some(Then::AllowsNothing) => return Ok(()),
            PING if flags & ACK == 0 && changed != Some(Then::Silent) => frame(PING, ACK, 0, &payload),
            DATA | HEADERS if flags & END_STREAM != 0 && changed.is_none() => {
                responded = true;
                let mut reply = frame(HEADERS, END_STREAM | END_HEADERS, id, &[STATUS_200]);
                if then == Some(Then::AllowsNothing) {
                    // SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113, section 6.5.2).
                    reply.extend(frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 0]));
                }
                reply
            }
            _ => continue,
        };
        stream.write_all(&reply).await?;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_timeout_the_connection_is_not_reused() {
    let server = Server::start(Then::Silent).await;
    assert_eq!(server.sent(1000).await.attempts[0].status, Some(200));
    let late = server.sent(1000).await.attempts.remove(0);
    assert_eq!(late.error.expect("a failure").class, ErrorClass::Timeout);
    for _ in 0..3 {
        assert_eq!(server.sent(1000).await.attempts[0].status, Some(200));
    }
    assert!(server.connections() >= 2);
}

/// Sends one delivery after the other, while the first one waits for its response, until one is delivered or `long`
/// has passed. Returns whether one was.
async fn passes(server: &Server, long: Duration) -> bool {
    assert_eq!(server.sent(20_000).await.attempts[0].status, Some(200));
    let waiting = server.desk.accept(&server.profile(20_000)).await;
    let began = Instant::now();
    while began.elapsed() < long {
        let next = server.desk.accept(&server.profile(20_000)).await;
        tokio::time::sleep(Duration::from_millis(700)).await;
        let details = server.desk.store.delivery(next).await.unwrap().unwrap();
        if let Some(attempt) = details.attempts.first() {
            assert_eq!(attempt.status, Some(200));
            let first = server.desk.store.delivery(waiting).await.unwrap().unwrap();
            assert!(first.summary.state.is_pending(), "it did not wait for a timeout");
            return true;
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_with_an_unanswered_ping_is_not_reused() {
    let server = Server::start(Then::Silent).await;
    assert!(passes(&server, Duration::from_secs(15)).await);
    assert!(server.connections() >= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_replies_to_pings_is_reused_despite_late_responses() {
    let server = Server::start(Then::RepliesToPings).await;
    assert!(!passes(&server, Duration::from_secs(7)).await);
    assert_eq!(server.connections(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_a_stream_is_sent_over_another_connection() {
    let server = Server::start(Then::AllowsNothing).await;
    assert_eq!(server.sent(20_000).await.attempts[0].status, Some(200));
    let attempt = server.sent(20_000).await.attempts.remove(0);
    assert_eq!((attempt.status, attempt.error), (Some(200), None));
    assert!(server.connections() >= 2);
}
