//! The rest of a request's body that nobody reads, as after an early response.
//!
//! A client that is still sending may learn of the response only when it has sent everything; and if its connection is
//! closed while bytes are unread, the system resets it, and the response may be lost. So the rest is read and thrown
//! away for a while, beside the response.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};

/// The most that is read of what nobody wants, in bytes, and for how long.
const MOST: (usize, Duration) = (64 << 20, Duration::from_secs(5));

/// A body whose rest is read when it is dropped.
#[derive(Debug)]
pub(super) struct UnreadBody<B: Discard> {
    /// None once it has ended, or is dropped.
    body: Option<B>,
    /// The client sends nothing before it is asked to (`Expect: 100-continue`), and it was not.
    is_held_back: bool,
}

/// A body that can be read to its end elsewhere.
pub(super) trait Discard: HttpBody<Data = Bytes, Error: Send> + Send + Unpin + 'static {}

impl<B: HttpBody<Data = Bytes, Error: Send> + Send + Unpin + 'static> Discard for B {}

impl<B: Discard> UnreadBody<B> {
    pub(super) fn new(body: B, is_held_back: bool) -> Self {
        Self { body: Some(body), is_held_back }
    }
}

impl<B: Discard> HttpBody for UnreadBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        // Reading it asks for it.
        self.is_held_back = false;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(body).poll_frame(cx));
        if !matches!(frame, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(HttpBody::size_hint).unwrap_or_default()
    }
}

impl<B: Discard> Drop for UnreadBody<B> {
    fn drop(&mut self) {
        if let Some(body) = self.body.take()
            && !self.is_held_back
            && !body.is_end_stream()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(discard(body, MOST));
        }
    }
}

/// Reads the rest of a body within limits.
async fn discard(mut body: impl Discard, (most, long): (usize, Duration)) {
    let until = Instant::now() + long;
    let mut left = most;
    while let Ok(Some(Ok(frame))) = timeout_at(until, body.frame()).await {
        left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
        if left == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::{StreamExt as _, stream};

    use super::*;

    /// A body of so many frames of a KiB, and how many of them were read.
    fn body(frames: usize) -> (Body, Arc<AtomicUsize>) {
        let read = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&read);
        let frames = stream::iter(0..frames).map(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok::<_, axum::Error>(Bytes::from_static(&[0; 1 << 10]))
        });
        (Body::from_stream(frames), read)
    }

    #[tokio::test]
    async fn what_nobody_reads_is_read_to_its_end() {
        let (body, read) = body(100);
        let mut body = UnreadBody::new(body, false);
        assert!(body.frame().await.is_some());
        drop(body);
        while read.load(Ordering::SeqCst) < 100 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn limits_hold() {
        const LONG: Duration = Duration::from_mins(1);
        let (long, read) = body(100);
        discard(long, (10 << 10, LONG)).await;
        assert_eq!(read.load(Ordering::SeqCst), 10);
        let endless = Body::from_stream(stream::pending::<Result<Bytes, axum::Error>>());
        let reading = discard(endless, (1 << 20, Duration::from_millis(20)));
        tokio::time::timeout(LONG, reading).await.expect("an end");
    }

    #[tokio::test]
    async fn a_client_that_waits_to_be_asked_is_not_asked() {
        let (waiting, read) = body(3);
        drop(UnreadBody::new(waiting, true));
        // Everything that could read it runs on this thread.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert_eq!(read.load(Ordering::SeqCst), 0);
        let (asked, read) = body(3);
        let mut asked = UnreadBody::new(asked, true);
        assert!(asked.frame().await.is_some());
        drop(asked);
        while read.load(Ordering::SeqCst) < 3 {
            tokio::task::yield_now().await;
        }
    }
}
