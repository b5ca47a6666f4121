//! The conformance suites, against the store in a file.

use async_trait::async_trait;
use tempfile::TempDir;

use super::{Store, outcome, place};
use crate::record::{Attempt, DeliveryId, Next, Outcome};
use crate::storage::conformance::{QueueUnderTest, StoreUnderTest, every_queue_test, every_test};
use crate::storage::{Queue as _, Storage};

/// A store in a folder that is removed with the test.
pub struct InFolder {
    store: Store,
    #[allow(dead_code, reason = "held for as long as the store is used")]
    folder: TempDir,
}

pub fn in_folder() -> InFolder {
    let (folder, store) = super::store();
    InFolder { store, folder }
}

#[async_trait]
impl StoreUnderTest for InFolder {
    fn store(&self) -> &dyn Storage {
        &self.store
    }

    async fn record(&self, id: DeliveryId, attempt: Attempt, next: Next) {
        let outcome = outcome(id, place(&self.store, id).await, attempt.n, next);
        self.store.record([Outcome { attempt, ..outcome }].into()).await.unwrap();
    }
}

impl QueueUnderTest for InFolder {
    type Queue = Store;

    fn queue(&self) -> &Store {
        &self.store
    }
}

every_test!(crate::storage::sqlite::tests::conformance::in_folder());
every_queue_test!(crate::storage::sqlite::tests::conformance::in_folder());
