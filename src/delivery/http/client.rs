//! A pooled HTTP client.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Request, Response, Version};
use hyper_util::client::legacy::{self, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::connection::info::ConnInfo;
use super::connector::Connector;
use super::http1_hosts::Http1Hosts;
use super::request_tracker::RequestTracker;

/// Many servers close an idle connection after five seconds.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(4);
/// A connection carries no new request after this time, so that a name that moves to another address
/// is followed also while a connection to the old one is in use (our decision).
const OLDEST: Duration = Duration::from_mins(1);
/// An HTTP/2 connection over which nothing came for so long is asked with a PING whether it lives.
const PING_AFTER: Duration = Duration::from_secs(2);
/// When a PING has no reply, the connection ends with what is in flight over it. A server that
/// computes a response on its only thread replies late: longer than most attempts may take.
const PING_TIMEOUT: Duration = Duration::from_secs(20);
/// An HTTP/2 connection that owes the reply to a PING for some seconds carries no new request.
const SILENCE: Duration = Duration::from_secs(5);
/// How often that is looked at, while a request waits for its response.
const LOOK: Duration = Duration::from_secs(1);

/// The longest head of a response that is read, in bytes.
pub const HEAD_LIMIT: u32 = 256 * 1024;
/// The most headers of a response that are read. Each has a place that is reserved before.
pub const HEADER_LIMIT: usize = 1000;
/// How much of a body a server may send before it is read: no more than that is ever read of one.
const WINDOW: u32 = 128 * 1024;

type Pool = legacy::Client<Connector, Full<Bytes>>;

/// A client with its connections.
#[derive(Debug)]
pub struct Client {
    pooled: Pool,
    /// Makes a connection for each request.
    fresh: Pool,
    /// Whether requests may share a connection (HTTP/2).
    shares: bool,
    /// Where hosts are noted whose connections over HTTP/1.1 it keeps none of.
    keeps_only_http2: Option<Arc<Http1Hosts>>,
    oldest: Duration,
}

impl Client {
    /// One that keeps its connections for the next requests.
    pub fn new(connector: &Connector) -> Self {
        Self::keeping(usize::MAX, connector)
    }

    /// One that makes a connection for each request.
    pub fn keeping_none(connector: &Connector) -> Self {
        Self::keeping(0, connector)
    }

    /// One that keeps connections over HTTP/2 alone, and notes hosts that do not speak it.
    pub fn shared(connector: &Connector, http1_hosts: &Arc<Http1Hosts>) -> Self {
        Self { keeps_only_http2: Some(Arc::clone(http1_hosts)), ..Self::new(connector) }
    }

    fn keeping(most: usize, connector: &Connector) -> Self {
        let pool = |most: usize| {
            legacy::Client::builder(TokioExecutor::new())
                .timer(TokioTimer::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE_TIMEOUT)
                .pool_max_idle_per_host(most)
                .http1_max_buf_size(HEAD_LIMIT as usize)
                .http1_max_headers(HEADER_LIMIT)
                .http2_max_header_list_size(HEAD_LIMIT)
                .http2_initial_stream_window_size(WINDOW)
                .http2_initial_connection_window_size(8 * WINDOW)
                .http2_keep_alive_interval(PING_AFTER)
                .http2_keep_alive_timeout(PING_TIMEOUT)
                .http2_keep_alive_while_idle(true)
                .build(connector.clone())
        };
        let shares = connector.offers_http2();
        Self { pooled: pool(most), fresh: pool(0), shares, keeps_only_http2: None, oldest: OLDEST }
    }

    /// Sends a request, and waits for the head of its answer. When the connection had carried others
    /// and fails without a byte of this answer, the server may have closed it while the request was on
    /// its way: it is made `again` and sent once more, over a new one.
    ///
    /// The pool itself does so only with what it had not begun to write.
    pub async fn send(
        &self,
        tracker: &mut RequestTracker,
        mut request: Request<Full<Bytes>>,
        again: impl FnOnce() -> Option<Request<Full<Bytes>>>,
    ) -> Result<Response<Incoming>, Error> {
        let to = self
            .keeps_only_http2
            .as_ref()
            .and_then(|hosts| Some((hosts, request.uri().authority()?.clone())));
        tracker.begin(&mut request);
        let sending = self.pooled.request(request);
        let sent = if self.shares {
            tracker.watch(LOOK, SILENCE, sending).await
        } else {
            tracker.follow(sending).await
        };
        let response = match sent {
            Err(error) if may_go_again(&error, tracker) => {
                let Some(mut request) = again() else { return Err(error) };
                tracker.begin(&mut request);
                tracker.follow(self.fresh.request(request)).await?
            }
            sent => sent?,
        };
        if let Some((http1_hosts, host)) = to
            && response.version() != Version::HTTP_2
        {
            tracker.retire_connection();
            http1_hosts.note(host);
        }
        if let Some(conn) = response.extensions().get::<ConnInfo>() {
            conn.note_progress();
            if conn.age() >= self.oldest {
                tracker.retire_connection();
            }
        }
        Ok(response)
    }
}

fn may_go_again(error: &Error, tracker: &RequestTracker) -> bool {
    tracker.connection().is_some_and(|conn| conn.leaves_unanswered()) || was_not_taken(error)
}

/// Over HTTP/2 a server says which requests it has not begun with (RFC 9113, sections 6.8 and 8.7).
fn was_not_taken(error: &Error) -> bool {
    let mut causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.find_map(|cause| cause.downcast_ref::<h2::Error>()).is_some_and(|error| {
        error.is_remote()
            && match error.reason() {
                Some(h2::Reason::REFUSED_STREAM) => true,
                Some(h2::Reason::NO_ERROR) => error.is_go_away(),
                _ => false,
            }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::delivery::http::egress_filter::EgressFilter;
    use crate::delivery::http::read_body::read;

    /// How many connections two requests in sequence take.
    async fn connections(oldest: Duration) -> usize {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let made = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&made);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut request = [0; 4096];
                    while stream.read(&mut request).await? > 0 {
                        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await?;
                    }
                    std::io::Result::Ok(())
                });
            }
        });
        let egress = EgressFilter::new(Arc::default());
        let mut client = Client::new(&Connector {
            egress,
            connections: Arc::default(),
            reachability: Arc::default(),
            tls: None,
        });
        client.oldest = oldest;
        for _ in 0..2 {
            let request = Request::get(&url).body(Full::default()).unwrap();
            let mut tracker = RequestTracker::default();
            let response = client.send(&mut tracker, request, || None).await.unwrap();
            read(response.into_body(), tracker.connection().as_ref(), 100, drop).await.unwrap();
        }
        task.abort();
        made.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn an_old_connection_is_replaced() {
        assert_eq!(connections(OLDEST).await, 1);
        assert_eq!(connections(Duration::ZERO).await, 2);
    }

    /// One thread, so that the library does not see what arrives while the test blocks it.
    #[tokio::test]
    async fn a_response_that_no_request_asked_for_is_not_the_next_ones() {
        use std::io::{Read as _, Write as _};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let (go, begin) = std::sync::mpsc::channel::<()>();
        let (written, arrived) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            for status in ["200 OK", "500 No"] {
                let (mut stream, _) = listener.accept().unwrap();
                assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
                write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").unwrap();
                if kept.is_empty() {
                    begin.recv().unwrap();
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsmuggled").unwrap();
                    written.send(()).unwrap();
                }
                kept.push(stream);
            }
        });
        let egress = EgressFilter::new(Arc::default());
        let client = Client::new(&Connector {
            egress,
            connections: Arc::default(),
            reachability: Arc::default(),
            tls: None,
        });
        let request = || Request::get(&url).body(Full::default()).unwrap();
        for status in [200, 500] {
            let mut tracker = RequestTracker::default();
            let response = client.send(&mut tracker, request(), || Some(request())).await.unwrap();
            assert_eq!(response.status(), status);
            read(response.into_body(), tracker.connection().as_ref(), 100, drop).await.unwrap();
            if status == 200 {
                go.send(()).unwrap();
                arrived.recv().unwrap();
            }
        }
    }
}
