//! A store in memory, for tests: it does what every store must do, as plainly as can be.

mod control;
mod log;
mod profiles;
mod retention;
mod tables;
mod tests;

pub use tables::{StoredDelivery, Tables};

use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::record::{DeliveryId, NewDelivery};
use crate::storage::{Describe, Events, Producer, Revision, Storage, StoreError, UpkeepTrouble};

/// Everything in one process, and gone with it.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
    changes: watch::Sender<u64>,
    upkeep: watch::Sender<Option<UpkeepTrouble>>,
}

impl MemoryStore {
    /// What is stored.
    pub fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap()
    }

    /// Changes what is stored, and tells.
    pub fn change<T>(&self, change: impl FnOnce(&mut Tables) -> T) -> T {
        let done = change(&mut self.tables());
        self.changes.send_modify(|n| *n += 1);
        done
    }
}

impl Storage for MemoryStore {}

#[async_trait]
impl Producer for MemoryStore {
    async fn enqueue(&self, batch: Vec<NewDelivery>) -> Result<(), StoreError> {
        self.change(|tables| batch.into_iter().for_each(|new| tables.enqueue(new)));
        Ok(())
    }

    async fn resend(&self, id: DeliveryId, new_id: DeliveryId, at: Timestamp) -> Result<(), StoreError> {
        Ok(self.change(|tables| tables.resend(id, new_id, at))?)
    }
}

#[async_trait]
impl Events for MemoryStore {
    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    async fn revision(&self) -> Result<Revision, StoreError> {
        Ok(self.tables().revision)
    }
}

#[async_trait]
impl Describe for MemoryStore {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    async fn has_active_sender(&self) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn upkeep(&self) -> watch::Receiver<Option<UpkeepTrouble>> {
        self.upkeep.subscribe()
    }

    fn close(&self) {}
}
