//! A store in memory, for tests: the plainest implementation of every trait of a store, its queue included.

mod control;
mod lane;
mod log;
mod profiles;
mod queue;
mod retention;
mod tables;
mod tests;

pub use tables::{StoredDelivery, Tables};

use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::record::{DeliveryId, NewDelivery};
use crate::storage::{Describe, Events, Producer, Revision, Storage, StoreError, UpkeepTrouble, Wakeup};

/// A store in the memory of this process. Clones share their contents.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
    changes: watch::Sender<u64>,
    wakeups: watch::Sender<Wakeup>,
    upkeep: watch::Sender<Option<UpkeepTrouble>>,
}

impl MemoryStore {
    /// The contents.
    pub fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap()
    }

    /// Changes the contents and notifies those who watch them; senders only if the change concerns them.
    pub fn change<T>(&self, change: impl FnOnce(&mut Tables) -> T) -> T {
        let mut tables = self.tables();
        let before = tables.revision;
        let done = change(&mut tables);
        let Revision { profiles, steering, .. } = tables.revision;
        drop(tables);
        if (profiles, steering) != (before.profiles, before.steering) {
            self.wakeups.send_modify(|wakeup| wakeup.invalidated += 1);
        }
        self.changes.send_modify(|n| *n += 1);
        done
    }

    fn wake_senders(&self) {
        self.wakeups.send_modify(|wakeup| wakeup.enqueued += 1);
    }
}

impl Storage for MemoryStore {}

#[async_trait]
impl Producer for MemoryStore {
    async fn enqueue(&self, batch: Vec<NewDelivery>) -> Result<(), StoreError> {
        self.change(|tables| batch.into_iter().for_each(|new| tables.enqueue(new)));
        self.wake_senders();
        Ok(())
    }

    async fn resend(&self, id: DeliveryId, new_id: DeliveryId, at: Timestamp) -> Result<(), StoreError> {
        self.change(|tables| tables.resend(id, new_id, at))?;
        self.wake_senders();
        Ok(())
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
