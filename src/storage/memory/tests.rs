//! The store in memory does what every store must do.

use async_trait::async_trait;

use super::MemoryStore;
use crate::record::{Attempt, DeliveryId, Next};
use crate::storage::Storage;
use crate::storage::conformance::{StoreUnderTest, every_test};

#[async_trait]
impl StoreUnderTest for MemoryStore {
    fn store(&self) -> &dyn Storage {
        self
    }

    async fn record(&self, id: DeliveryId, attempt: Attempt, next: Next) {
        self.change(|tables| tables.record(id, attempt, next));
    }
}

every_test!(crate::storage::memory::MemoryStore::default());
