//! An HTTP client with its connections.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::TrySendError;
use hyper::{Request, Response};

use super::body::Body;
use super::connect_stage::ConnectStage;
use super::connection::info::ConnInfo;
use super::connector::Connector;
use super::http1::Http1;
use super::http1_hosts::Http1Hosts;
use super::http2::Http2;
use super::pool::{Opening, Pool};
use super::request_tracker::RequestTracker;
use super::send_error::SendError;
use super::target::Target;

/// A connection carries no new request after this time, so that a name that moves to another address is followed even
/// while a connection to the old one is in use (our decision).
const OLDEST: Duration = Duration::from_mins(1);
/// A request that opens another connection over HTTP/2 takes the place of one that has ended after this time.
const OPENING_ALONE: Duration = Duration::from_secs(1);

/// A client with its connections.
pub struct Client {
    connector: Connector,
    /// None if no connection is kept.
    pool: Option<Arc<Pool>>,
    /// Whether requests may share a connection (HTTP/2).
    shares: bool,
    /// Records hosts with HTTP/1.1, whose connections it does not keep.
    keeps_only_http2: Option<Arc<Http1Hosts>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("pool", &self.pool).finish_non_exhaustive()
    }
}

/// The connection of a request.
enum Connection {
    Http1(Box<Http1>),
    Http2(Http2),
}

impl Connection {
    fn info(&self) -> &ConnInfo {
        match self {
            Self::Http1(connection) => &connection.info,
            Self::Http2(connection) => &connection.info,
        }
    }

    /// Itself, for other requests too where it speaks HTTP/2.
    fn shared_in(self, pool: &Arc<Pool>, to: &Target) -> Self {
        if let Self::Http2(connection) = &self {
            pool.share(&to.authority, connection);
        }
        self
    }
}

impl Client {
    /// A client that keeps its connections for the next requests.
    pub fn new(connector: &Connector) -> Self {
        Self::renewing(connector, OLDEST)
    }

    /// The same, with connections that carry no new request at this age.
    fn renewing(connector: &Connector, oldest: Duration) -> Self {
        Self {
            pool: Some(Pool::new(Arc::clone(&connector.connections), oldest)),
            shares: connector.offers_http2(),
            connector: connector.clone(),
            keeps_only_http2: None,
        }
    }

    /// A client that opens a connection for each request.
    pub fn keeping_none(connector: &Connector) -> Self {
        Self { pool: None, ..Self::new(connector) }
    }

    /// A client that keeps only HTTP/2 connections, and records hosts that do not support it.
    pub fn shared(connector: &Connector, http1_hosts: &Arc<Http1Hosts>) -> Self {
        Self { keeps_only_http2: Some(Arc::clone(http1_hosts)), ..Self::new(connector) }
    }

    /// Whether it keeps connections now.
    pub fn keeps_connections(&self) -> bool {
        self.pool.as_ref().is_some_and(|pool| !pool.is_empty())
    }

    /// Sends a request to a target, and waits for the head of its response. If a reused connection fails without a
    /// byte of this response, the server may have closed it while the request was on its way: it is rebuilt by
    /// `again` and sent once more, over a new connection. The same is true for a request that was not written at all.
    ///
    /// # Errors
    /// There is no response.
    pub async fn send(
        &self,
        tracker: &mut RequestTracker,
        to: &Target,
        mut request: Request<Full<Bytes>>,
        again: impl FnOnce() -> Option<Request<Full<Bytes>>>,
    ) -> Result<Response<Body>, SendError> {
        loop {
            tracker.begin();
            let (connection, is_reused) = match self.kept(to) {
                Some(kept) => (kept, true),
                None => Box::pin(self.opened(to, tracker)).await?,
            };
            if is_reused {
                tracker.clock.note_reused();
            }
            let mut failed = match self.send_over(connection, tracker, to, request).await {
                Ok(response) => return Ok(response),
                Err(failed) => failed,
            };
            if let Some(unsent) = failed.take_message().filter(|_| is_reused) {
                tracker.retire_connection();
                request = unsent;
                continue;
            }
            let error = failed.into_error();
            if !tracker.may_repeat() && !was_not_taken(&error) {
                return Err(error.into());
            }
            let Some(request) = again() else { return Err(error.into()) };
            return Box::pin(self.send_anew(tracker, to, request)).await;
        }
    }

    /// Sends a request over a new connection.
    async fn send_anew(
        &self,
        tracker: &mut RequestTracker,
        to: &Target,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Body>, SendError> {
        tracker.begin();
        let connection = self.open(to, tracker).await?;
        let sent = self.send_over(connection, tracker, to, request).await;
        sent.map_err(|failed| failed.into_error().into())
    }

    async fn send_over(
        &self,
        connection: Connection,
        tracker: &mut RequestTracker,
        to: &Target,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Body>, TrySendError<Request<Full<Bytes>>>> {
        let info = connection.info();
        tracker.goes_over(info);
        match connection {
            Connection::Http1(mut connection) => {
                let response = connection.send(to, request).await?;
                tracker.note_head();
                if let Some(http1_hosts) = &self.keeps_only_http2 {
                    connection.info.retire();
                    http1_hosts.note(to.authority.clone());
                }
                connection.info.note_progress();
                let pool = self.pool.as_ref().filter(|_| !connection.info.is_retired());
                let pool = pool.map(|pool| (Arc::clone(pool), to.authority.clone()));
                Ok(response.map(|body| Body::exclusive(body, connection, pool)))
            }
            Connection::Http2(mut connection) => {
                let response = Box::pin(connection.send(to, request)).await?;
                tracker.note_head();
                connection.info.note_progress();
                Ok(response.map(Body::shared))
            }
        }
    }

    /// A kept connection, if there is one.
    fn kept(&self, to: &Target) -> Option<Connection> {
        let pool = self.pool.as_ref()?;
        let shared = if self.shares { pool.shared(&to.authority).map(Connection::Http2) } else { None };
        shared.or_else(|| pool.take(&to.authority).map(Connection::Http1))
    }

    /// A new connection, or one that another request has opened meanwhile. Returns whether it is such a one.
    async fn opened(
        &self,
        to: &Target,
        tracker: &mut RequestTracker,
    ) -> Result<(Connection, bool), SendError> {
        let Some(pool) = self.pool.as_ref().filter(|_| self.shares) else {
            return Ok((self.open(to, tracker).await?, false));
        };
        // Of several that are made at a time one is enough.
        let opened = tokio::select! {
            biased;
            () = pool.until_shared(&to.authority) => None,
            opened = self.open(to, tracker) => Some(opened?),
        };
        if let Some(opened) = opened {
            return Ok((opened.shared_in(pool, to), false));
        }
        tracker.stage = ConnectStage::Stream;
        tracker.clock.end();
        match pool.free_or_opening(&to.authority).await {
            Ok(shared) => Ok((Connection::Http2(shared), true)),
            Err(opening) => self.open_another(pool, to, tracker, opening).await,
        }
    }

    /// Opens another connection over HTTP/2. Requests end meanwhile: one of their places is taken only where that
    /// takes long, or a new connection would be given up again and again, half made.
    async fn open_another(
        &self,
        pool: &Arc<Pool>,
        to: &Target,
        tracker: &mut RequestTracker,
        _opening: Opening<'_>,
    ) -> Result<(Connection, bool), SendError> {
        let freed = async {
            tokio::time::sleep(OPENING_ALONE).await;
            pool.free(&to.authority).await
        };
        tokio::select! {
            opened = self.open(to, tracker) => Ok((opened?.shared_in(pool, to), false)),
            shared = freed => Ok((Connection::Http2(shared), true)),
        }
    }

    /// A new connection.
    async fn open(&self, to: &Target, tracker: &mut RequestTracker) -> Result<Connection, SendError> {
        let conn = self.connector.connect(to, tracker).await?;
        Ok(if conn.is_http2() {
            Connection::Http2(Http2::over(conn).await?)
        } else {
            Connection::Http1(Box::new(Http1::over(conn).await?))
        })
    }
}

/// Over HTTP/2 a server says which requests it has not processed (RFC 9113, sections 6.8 and 8.7).
fn was_not_taken(error: &hyper::Error) -> bool {
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
mod tests;
