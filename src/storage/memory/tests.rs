//! The conformance suites, against the store in memory.

use async_trait::async_trait;

use super::MemoryStore;
use crate::record::{Attempt, DeliveryId, Next};
use crate::storage::Storage;
use crate::storage::conformance::{QueueUnderTest, StoreUnderTest, every_queue_test, every_test};

#[async_trait]
impl StoreUnderTest for MemoryStore {
    fn store(&self) -> &dyn Storage {
        self
    }

    async fn record(&self, id: DeliveryId, attempt: Attempt, next: Next) {
        self.change(|tables| tables.record(id, attempt, next));
    }
}

impl QueueUnderTest for MemoryStore {
    type Queue = Self;

    fn queue(&self) -> &Self {
        self
    }

    async fn another(&self) -> Option<Self> {
        Some(self.of_another_process())
    }

    async fn lapse(&self, queue: &Self) {
        queue.lapse();
    }
}

every_test!(crate::storage::memory::MemoryStore::default());
every_queue_test!(crate::storage::memory::MemoryStore::default());
