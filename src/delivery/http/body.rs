//! The body of a response, with its connection.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use hyper::body::{Body as _, Frame, Incoming};
use hyper::http::uri::Authority;

use super::http1::Http1;
use super::pool::Pool;

/// The body of a response. Dropped before its end, it closes its connection over HTTP/1.1.
#[derive(Debug)]
pub struct Body {
    incoming: Incoming,
    /// Its own connection, over HTTP/1.1.
    exclusive: Option<Exclusive>,
}

#[derive(Debug)]
struct Exclusive {
    connection: Box<Http1>,
    /// The pool that the connection returns to after the end, if any.
    pool: Option<(Arc<Pool>, Authority)>,
}

impl Body {
    /// A body over a shared connection.
    pub fn shared(incoming: Incoming) -> Self {
        Self { incoming, exclusive: None }
    }

    /// A body over its own connection, which is returned to the pool after its end.
    pub fn exclusive(
        incoming: Incoming,
        connection: Box<Http1>,
        pool: Option<(Arc<Pool>, Authority)>,
    ) -> Self {
        Self { incoming, exclusive: Some(Exclusive { connection, pool }) }
    }

    /// The next part, or trailers; none at the end.
    pub async fn frame(&mut self) -> Option<Result<Frame<Bytes>, hyper::Error>> {
        let Self { incoming, exclusive } = self;
        poll_fn(|cx| {
            let Some(Exclusive { connection, .. }) = exclusive else {
                return Pin::new(&mut *incoming).poll_frame(cx);
            };
            // Only the driver produces frames, so it needs no waker.
            let nobody = &mut Context::from_waker(Waker::noop());
            if let frame @ Poll::Ready(_) = Pin::new(&mut *incoming).poll_frame(nobody) {
                return frame;
            }
            connection.poll_driven(cx, |nobody| Pin::new(&mut *incoming).poll_frame(nobody))
        })
        .await
    }

    /// The body was read completely: the connection is kept for the next request, if it can carry one.
    pub fn finish(self) {
        let Some(Exclusive { mut connection, pool: Some((pool, to)) }) = self.exclusive else { return };
        connection.drop_read(self.incoming);
        if connection.is_ready() {
            pool.keep(&to, connection);
        }
    }
}
