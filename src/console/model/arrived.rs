//! The requests that reached the built-in endpoint and are kept in memory.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use crate::receiver::{Received, Verification};

/// How many requests are kept.
const REQUESTS: usize = 100;

/// How many bytes of requests are kept: 8 MiB.
const BYTES: usize = 8 << 20;

/// A request, and the result of its verification once it is known.
#[derive(Debug)]
struct ArrivedRequest {
    request: Arc<Received>,
    verification: Option<Arc<Verification>>,
}

/// The requests, newest first. The oldest are dropped when a limit is exceeded.
#[derive(Debug, Default)]
pub struct Arrived {
    requests: VecDeque<ArrivedRequest>,
    bytes: usize,
    dropped: u64,
}

impl Arrived {
    /// Adds a request as the newest.
    pub fn push(&mut self, request: Arc<Received>) {
        self.bytes += request.bytes();
        self.requests.push_front(ArrivedRequest { request, verification: None });
        while self.requests.len() > REQUESTS || self.bytes > BYTES {
            let Some(oldest) = self.requests.pop_back() else { return };
            self.bytes -= oldest.request.bytes();
            self.dropped += 1;
        }
    }

    /// Adds earlier requests, given oldest first, as the oldest, as far as there is room. Returns those that were added.
    pub fn restore(&mut self, earlier: Vec<Arc<Received>>) -> Vec<Arc<Received>> {
        let mut restored = Vec::new();
        for request in earlier.into_iter().rev() {
            // One may have arrived, and been kept, before they were read.
            if self.requests.iter().any(|one| one.request.id == request.id) {
                continue;
            }
            if self.requests.len() == REQUESTS || self.bytes + request.bytes() > BYTES {
                break;
            }
            self.bytes += request.bytes();
            restored.push(Arc::clone(&request));
            self.requests.push_back(ArrivedRequest { request, verification: None });
        }
        restored
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
        self.requests.get(at).map(|one| &one.request)
    }

    /// The result of its verification, if there is one.
    #[must_use]
    pub fn verification(&self, at: usize) -> Option<&Arc<Verification>> {
        self.requests.get(at)?.verification.as_ref()
    }

    /// All of them, newest first.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Received>> {
        self.requests.iter().map(|one| &one.request)
    }

    /// Notes the result for a request, if it is still kept.
    pub fn set_verification(&mut self, of: &Arc<Received>, verification: &Arc<Verification>) {
        if let Some(one) = self.requests.iter_mut().find(|one| Arc::ptr_eq(&one.request, of)) {
            one.verification = Some(Arc::clone(verification));
        }
    }

    /// Forgets all results.
    pub fn forget_verifications(&mut self) {
        self.requests.iter_mut().for_each(|one| one.verification = None);
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
        let before = arrived.len();
        assert_eq!(arrived.restore(vec![long]).len() + before, arrived.len(), "there is no room");
        arrived.count_dropped(7);
        assert_eq!(arrived.dropped(), 160);
    }

    #[test]
    fn earlier_requests_come_after_what_arrived() {
        let mut arrived = Arrived::default();
        arrived.push(sample::request(3));
        let restored = arrived.restore([1, 2, 3].map(sample::request).into());
        assert_eq!(restored.len(), 2);
        let ids: Vec<_> = arrived.all().map(|request| request.id.clone()).collect();
        assert_eq!(ids, ["00000003", "00000002", "00000001"]);
        let more: Vec<_> = (10..200).map(sample::request).collect();
        assert_eq!(arrived.restore(more).len(), REQUESTS - 3);
        assert_eq!(arrived.get(3).map(|request| request.id.clone()), Some(format!("{:08x}", 199)));
        assert_eq!(arrived.dropped(), 0);
    }
}
