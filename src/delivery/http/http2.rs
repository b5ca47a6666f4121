//! A connection over HTTP/2, which carries many requests at a time. A separate task drives it.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};

use super::bounds::HEAD_LIMIT;
use super::connection::Conn;
use super::connection::info::ConnInfo;
use super::target::Target;

/// A connection that has been silent for this long is tested with a PING.
const PING_AFTER: Duration = Duration::from_secs(2);
/// Without a reply to a PING in this time, the connection ends with its requests in flight. A server that computes a
/// response on its only thread replies late: later than most timeouts.
const PING_TIMEOUT: Duration = Duration::from_secs(20);
/// A connection with an unanswered PING for some seconds carries no new request.
const SILENCE: Duration = Duration::from_secs(5);
/// How often that is checked, while a request waits for its response.
const CHECK: Duration = Duration::from_secs(1);
/// How much of a body a server may send before it is read; more is never read.
const WINDOW: u32 = 128 * 1024;

/// A connection, and its state. Clones share it.
#[derive(Debug, Clone)]
pub struct Http2 {
    /// Its state.
    pub info: ConnInfo,
    sender: SendRequest<Full<Bytes>>,
}

impl Http2 {
    /// Starts HTTP/2 on a new connection, which lasts until no clone is left and nothing is in flight.
    ///
    /// # Errors
    /// The peer does not support it.
    pub async fn over(conn: Conn) -> Result<Self, hyper::Error> {
        let info = conn.info();
        let handshake = Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_header_list_size(HEAD_LIMIT)
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(8 * WINDOW)
            .keep_alive_interval(PING_AFTER)
            .keep_alive_timeout(PING_TIMEOUT)
            .keep_alive_while_idle(true)
            .handshake(TokioIo::new(conn));
        let (mut sender, driver) = handshake.await?;
        // Its errors are those of the requests.
        tokio::spawn(async move { drop(driver.await) });
        sender.ready().await?;
        Ok(Self { info, sender })
    }

    /// Whether it can carry another request.
    pub fn is_ready(&self) -> bool {
        self.sender.is_ready() && !self.info.is_retired()
    }

    /// Sends a request, and waits for the head of its response.
    ///
    /// # Errors
    /// There is no response; the error contains the request if nothing of it was written.
    pub async fn send(
        &mut self,
        target: &Target,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Full<Bytes>>>> {
        request.uri_mut().clone_from(&target.uri);
        watched(&self.info, self.sender.try_send_request(request)).await
    }
}

/// Waits for a response over a shared connection, and checks regularly whether anything is received.
async fn watched<F: Future>(info: &ConnInfo, sending: F) -> F::Output {
    let mut sending = pin!(sending);
    loop {
        if let Ok(output) = tokio::time::timeout(CHECK, &mut sending).await {
            return output;
        }
        if info.is_silent_for(SILENCE) {
            info.retire();
        }
    }
}
