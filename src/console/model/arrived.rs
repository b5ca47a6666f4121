//! The requests that reached the built-in endpoint and are kept in memory.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use crate::receiver::Received;

/// How many requests are kept.
const REQUESTS: usize = 100;

/// How many bytes of requests are kept: 8 MiB.
const BYTES: usize = 8 << 20;

/// The requests, newest first. The oldest are dropped when a limit is exceeded.
#[derive(Debug, Default)]
pub struct Arrived {
    requests: VecDeque<Arc<Received>>,
    bytes: usize,
    dropped: u64,
}

impl Arrived {
    /// Adds a request as the newest.
    pub fn push(&mut self, request: Arc<Received>) {
        self.bytes += request.bytes();
        self.requests.push_front(request);
        while self.requests.len() > REQUESTS || self.bytes > BYTES {
            let Some(oldest) = self.requests.pop_back() else { return };
            self.bytes -= oldest.bytes();
            self.dropped += 1;
        }
    }

    /// Counts requests that the receiver dropped because there were too many.
    pub fn count_dropped(&mut self, requests: u64) {
        self.dropped += requests;
    }

    /// How many are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.requests.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// How many requests arrived and were dropped.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The request at this index; 0 is the newest.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&Arc<Received>> {
        self.requests.get(at)
    }
}

/// A request on its way to the console. Only one is on its way at a time; the next one waits in the receiver, whose
/// queue is bounded.
#[derive(Debug)]
pub struct Arrival {
    request: Arc<Received>,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Arrival {
    /// A request that may be delivered now.
    #[must_use]
    pub fn new(request: Arc<Received>, turn: OwnedSemaphorePermit) -> Self {
        Self { request, _turn: Some(turn) }
    }

    /// The request, which has been delivered: the next one may follow.
    #[must_use]
    pub fn request(self) -> Arc<Received> {
        self.request
    }
}

impl From<Arc<Received>> for Arrival {
    fn from(request: Arc<Received>) -> Self {
        Self { request, _turn: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::tests::sample;

    #[test]
    fn kept_requests_are_bounded_and_dropped_ones_counted() {
        let mut arrived = Arrived::default();
        for _ in 0..130 {
            arrived.push(sample::request(1));
        }
        assert_eq!((arrived.len(), arrived.dropped()), (100, 30));
        let long = Arc::new(Received { body: vec![b'x'; 1 << 20].into(), ..(*sample::request(2)).clone() });
        for _ in 0..30 {
            arrived.push(Arc::clone(&long));
        }
        assert_eq!((arrived.len(), arrived.dropped()), (7, 153));
        assert!(arrived.bytes <= BYTES);
        arrived.count_dropped(7);
        assert_eq!(arrived.dropped(), 160);
    }
}
