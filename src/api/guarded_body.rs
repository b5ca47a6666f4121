//! A body with a guard that lives until the body was written.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

/// Drops `guard` once the body was written, or never will be.
pub(super) fn keep_until_written<T: Unpin + Send + 'static>(body: Body, guard: T) -> Body {
    if body.is_end_stream() { body } else { Body::new(GuardedBody::new(body, guard)) }
}

/// A body whose guard is dropped once the body was written, or never will be.
#[derive(Debug)]
pub(super) struct GuardedBody<T> {
    body: Body,
    _guard: Option<T>,
}

impl<T> GuardedBody<T> {
    pub(super) fn new(body: Body, guard: T) -> Self {
        Self { _guard: (!body.is_end_stream()).then_some(guard), body }
    }
}

impl<T: Unpin> HttpBody for GuardedBody<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
