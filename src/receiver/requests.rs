//! The requests that a reader has not read yet, within a memory limit.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

use super::received::Received;

/// How many requests wait for a reader.
pub const REQUESTS_KEPT: usize = 1000;

/// How many bytes of requests wait for a reader: 8 MiB.
pub const REQUEST_BYTES_KEPT: usize = 8 << 20;

/// Why there is no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoRequest {
    /// This many were dropped, oldest first, since they arrived faster than they were read.
    #[error("{0} requests were dropped: they arrived faster than they were read")]
    Dropped(u64),
    /// None has arrived.
    #[error("no request has arrived")]
    NotYet,
    /// The receiver has ended.
    #[error("the receiver has ended")]
    Ended,
}

/// Reads the requests of a receiver in the order of arrival. A slow reader misses the oldest: at most
/// [`REQUESTS_KEPT`] and [`REQUEST_BYTES_KEPT`] wait for it.
#[derive(Debug)]
pub struct Requests {
    queue: Arc<Queue>,
}

impl Requests {
    /// The next request; waits for one.
    ///
    /// # Errors
    /// [`NoRequest::Dropped`], once for all that were dropped since the last call, or [`NoRequest::Ended`].
    pub async fn recv(&mut self) -> Result<Arc<Received>, NoRequest> {
        loop {
            match self.try_recv() {
                Err(NoRequest::NotYet) => self.queue.changed.notified().await,
                request => return request,
            }
        }
    }

    /// The next request, if there is one.
    ///
    /// # Errors
    /// As [`Requests::recv`], or [`NoRequest::NotYet`].
    pub fn try_recv(&mut self) -> Result<Arc<Received>, NoRequest> {
        let mut unread = self.queue.locked();
        if unread.dropped > 0 {
            return Err(NoRequest::Dropped(std::mem::take(&mut unread.dropped)));
        }
        match unread.pop() {
            Some(request) => Ok(request),
            None if unread.ended => Err(NoRequest::Ended),
            None => Err(NoRequest::NotYet),
        }
    }
}

/// The readers of a receiver. They are notified of its end when this is dropped.
#[derive(Debug, Default)]
pub(super) struct Readers(Mutex<Vec<Weak<Queue>>>);

impl Readers {
    /// A reader of requests from now on.
    pub(super) fn add(&self) -> Requests {
        let queue = Arc::default();
        self.locked().push(Arc::downgrade(&queue));
        Requests { queue }
    }

    /// Passes a request to every reader.
    pub(super) fn send(&self, request: &Arc<Received>) {
        self.locked().retain(|reader| {
            let queue = reader.upgrade();
            if let Some(queue) = &queue {
                queue.locked().push(Arc::clone(request));
                queue.changed.notify_one();
            }
            queue.is_some()
        });
    }

    fn locked(&self) -> MutexGuard<'_, Vec<Weak<Queue>>> {
        // The list of readers is consistent at every step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        for queue in self.locked().iter().filter_map(Weak::upgrade) {
            queue.locked().ended = true;
            queue.changed.notify_one();
        }
    }
}

#[derive(Debug, Default)]
struct Queue {
    unread: Mutex<Unread>,
    /// A request was added, or no more will be.
    changed: Notify,
}

impl Queue {
    fn locked(&self) -> MutexGuard<'_, Unread> {
        // No step can panic, so it is consistent.
        self.unread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
struct Unread {
    requests: VecDeque<Arc<Received>>,
    bytes: usize,
    dropped: u64,
    ended: bool,
}

impl Unread {
    fn push(&mut self, request: Arc<Received>) {
        self.bytes += request.bytes();
        self.requests.push_back(request);
        while self.requests.len() > REQUESTS_KEPT || self.bytes > REQUEST_BYTES_KEPT {
            self.pop();
            self.dropped += 1;
        }
    }

    fn pop(&mut self) -> Option<Arc<Received>> {
        let request = self.requests.pop_front()?;
        self.bytes -= request.bytes();
        Some(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receiver::received::tests::sample;

    fn request(body: usize) -> Arc<Received> {
        Arc::new(Received { body: vec![b'x'; body].into(), body_length: body as u64, ..sample() })
    }

    #[test]
    fn the_oldest_are_dropped_and_counted() {
        let readers = Readers::default();
        let mut slow = readers.add();
        for n in 0..30 {
            readers.send(&request((1 << 20) + n));
        }
        let Err(NoRequest::Dropped(dropped)) = slow.try_recv() else { panic!("none is dropped") };
        // Each has some bytes besides its body.
        assert_eq!(dropped, 23);
        assert_eq!(slow.try_recv().unwrap().body.len(), (1 << 20) + 23);
        let kept = std::iter::from_fn(|| slow.try_recv().ok()).count();
        assert_eq!(kept, 6);
        assert_eq!(slow.try_recv(), Err(NoRequest::NotYet));
    }

    #[tokio::test]
    async fn every_reader_gets_every_request_and_the_end() {
        let readers = Readers::default();
        let (mut one, mut other, gone) = (readers.add(), readers.add(), readers.add());
        drop(gone);
        readers.send(&request(1));
        assert_eq!(one.recv().await.unwrap().body, other.recv().await.unwrap().body);
        let waiting = tokio::spawn(async move { other.recv().await });
        drop(readers);
        assert_eq!(waiting.await.unwrap(), Err(NoRequest::Ended));
        assert_eq!(one.recv().await, Err(NoRequest::Ended));
    }
}
