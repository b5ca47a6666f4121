//! One connection over HTTP/1.1, which carries one request at a time.
//!
//! The task that waits for a response also drives the connection: no other task has to run before the response is
//! there.
//!
//! The library reserves room for as many headers as it may read, for each response. So it is given room for
//! few, and a response with more is read again with room for many, as are those that follow it.

use std::fmt;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{Builder, Connection, SendRequest};
use hyper::header::HOST;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::task::coop::unconstrained;

use super::bounds::{HEAD_LIMIT, HEADER_LIMIT};
use super::connection::Conn;
use super::connection::info::ConnInfo;
use super::relay::Relay;
use super::target::Target;

type Sender = SendRequest<Full<Bytes>>;
type Driver = Connection<TokioIo<Conn>, Full<Bytes>>;
type Unsent = TrySendError<Request<Full<Bytes>>>;

/// A connection, and its state.
pub struct Http1 {
    /// Its state.
    pub info: ConnInfo,
    sender: Sender,
    /// None once it is unusable.
    driver: Option<Driver>,
    /// The driver has ended.
    has_ended: bool,
    /// It has room for as many headers as are ever read.
    has_room: bool,
    relay: Relay,
}

impl fmt::Debug for Http1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http1").field("info", &self.info).finish_non_exhaustive()
    }
}

impl Http1 {
    /// Starts HTTP/1.1 on a new connection. Nothing is sent yet.
    ///
    /// # Errors
    /// The library cannot start.
    pub async fn over(conn: Conn) -> Result<Self, hyper::Error> {
        let info = conn.info();
        let (sender, driver) = settings().handshake(TokioIo::new(conn)).await?;
        Ok(Self {
            info,
            sender,
            driver: Some(driver),
            has_ended: false,
            has_room: false,
            relay: Relay::default(),
        })
    }

    /// Sends a request, and waits for the head of its response.
    ///
    /// # Errors
    /// There is no response; the error contains the request if nothing of it was written.
    pub async fn send(
        &mut self,
        target: &Target,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, Unsent> {
        request.uri_mut().clone_from(&target.path);
        request.headers_mut().entry(HOST).or_insert_with(|| target.host.clone());
        let method = request.method().clone();
        match self.exchange(request).await {
            Err(failed) if failed.error().is_parse_too_large() && !self.has_room => {
                Box::pin(self.read_again(method, failed)).await
            }
            response => response,
        }
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Unsent> {
        // Only the driver completes it, so it needs no waker; nor may the runtime's budget postpone it, since nothing
        // would wake it.
        let Self { sender, relay, .. } = self;
        let mut sent = pin!(unconstrained(relay.silently(|| sender.try_send_request(request))));
        poll_fn(|cx| self.poll_driven(cx, |nobody| sent.as_mut().poll(nobody))).await
    }

    /// Reads the head of a response again that has more headers than there was room for.
    async fn read_again(&mut self, method: Method, failed: Unsent) -> Result<Response<Incoming>, Unsent> {
        let Some(driver) = self.driver.take() else { return Err(failed) };
        let parts = driver.into_parts();
        let mut conn = parts.io.into_inner();
        conn.replay(parts.read_buf);
        let again = settings().max_headers(HEADER_LIMIT).handshake(TokioIo::new(conn)).await;
        let Ok((sender, driver)) = again else { return Err(failed) };
        (self.sender, self.driver, self.has_ended, self.has_room) = (sender, Some(driver), false, true);
        // Not written: it only says which request the response belongs to.
        let mut request = Request::new(Full::default());
        *request.method_mut() = method;
        self.exchange(request).await.map_err(|mut failed| {
            // It is not the request, which was sent: nobody may send it again.
            drop(failed.take_message());
            failed
        })
    }

    /// Drives the connection, and polls a future that only the driver can complete.
    pub fn poll_driven<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut wanted: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.drive(cx);
        let nobody = &mut Context::from_waker(Waker::noop());
        match wanted(nobody) {
            // Dropping the driver reports the end to everything that waits.
            Poll::Pending if self.has_ended => {
                self.driver = None;
                wanted(nobody)
            }
            polled => polled,
        }
    }

    fn drive(&mut self, cx: &Context<'_>) {
        if let Some(driver) = self.driver.as_mut().filter(|_| !self.has_ended) {
            // Its errors are those of the request and of the body. Dropping closes the connection.
            self.has_ended = driver.poll_without_shutdown(&mut self.relay.context(cx)).is_ready();
        }
    }

    /// Drops a body that was read, without notifying the driver.
    pub fn drop_read(&self, incoming: Incoming) {
        self.relay.silently(|| drop(incoming));
    }

    /// Whether it can carry a request: the last exchange is complete, and it appears to be open.
    pub fn is_ready(&mut self) -> bool {
        if !self.sender.is_ready() {
            self.poll_once();
        }
        !self.has_ended && self.sender.is_ready()
    }

    /// Whether nothing was received while it was kept, including its end.
    pub fn is_still_open(&mut self) -> bool {
        self.poll_once();
        !self.has_ended
    }

    fn poll_once(&mut self) {
        self.drive(&Context::from_waker(Waker::noop()));
    }
}

fn settings() -> Builder {
    let mut settings = Builder::new();
    settings.max_buf_size(HEAD_LIMIT as usize);
    settings
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::delivery::http::connection_limit::Slot;

    /// The connection is closed before the response is read again: the request was sent, so it is not given back to
    /// be sent over another one.
    #[tokio::test]
    async fn what_stands_for_a_request_that_was_sent_is_not_sent_in_its_place() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let client = TcpStream::connect(address).await.unwrap();
        let mut server = listener.accept().await.unwrap().0;
        let slot = Slot::alone();
        let usage = Arc::clone(&slot.usage);
        let mut connection = Http1::over(Conn::plain(client, address, slot)).await.unwrap();
        let serving = async {
            assert!(server.read(&mut [0; 4096]).await.unwrap() > 0);
            let headers = "X-Many: 1\r\n".repeat(150);
            server.write_all(format!("HTTP/1.1 200 OK\r\n{headers}\r\n").as_bytes()).await.unwrap();
        };
        let request = Request::post("/").body(Full::from("body")).unwrap();
        let (response, ()) = tokio::join!(connection.exchange(request), serving);
        let failed = response.err().unwrap();
        assert!(failed.error().is_parse_too_large());
        usage.close_if_idle();
        let mut failed = connection.read_again(Method::POST, failed).await.err().unwrap();
        assert!(failed.take_message().is_none());
    }
}
