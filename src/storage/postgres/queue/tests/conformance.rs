//! The conformance suite of queues.

use async_trait::async_trait;

use super::*;
use crate::storage::Storage;
use crate::storage::conformance::{QueueUnderTest, StoreUnderTest, every_queue_test};
use crate::storage::postgres::tests::conformance;

/// A store in a database that goes with the test.
pub struct UnderTest(OnServer);

pub async fn made() -> Option<UnderTest> {
    on_server().await.map(UnderTest)
}

#[async_trait]
impl StoreUnderTest for UnderTest {
    fn store(&self) -> &dyn Storage {
        &self.0.store
    }

    async fn record(&self, id: DeliveryId, attempt: Attempt, next: Next) {
        conformance::record(&self.0.store, id, &attempt, next).await;
    }
}

impl QueueUnderTest for UnderTest {
    type Queue = PgStore;

    fn queue(&self) -> &PgStore {
        &self.0.store
    }

    async fn another(&self) -> Option<PgStore> {
        Some(store_at(&self.0.database.url()))
    }

    async fn lapse(&self, queue: &PgStore) {
        lapse_seat(&self.0, queue.sender().seat().unwrap());
    }
}

every_queue_test!(match crate::storage::postgres::queue::tests::conformance::made().await {
    Some(under_test) => under_test,
    None => return,
});
