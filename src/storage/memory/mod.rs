//! A store in memory, for tests: the simplest implementation of every storage trait, including its queue.

mod alerts;
mod api_keys;
mod bulk_actions;
mod control;
mod feed;
mod half_open;
mod health;
mod lane;
mod log;
mod member;
mod membership;
mod memory_alert;
mod memory_bulk_action;
mod note;
mod profiles;
mod queue;
mod receipts;
mod remote_links;
mod retention;
mod rollups;
mod tables;
mod tests;

pub use tables::{StoredDelivery, Tables};

use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::record::{DeliveryId, NewDelivery};
use crate::storage::sender_info::host_name;
use crate::storage::{
    AcceptRequest, AcceptResult, Describe, Events, Producer, Revision, RunningApi, SenderInfo, Storage,
    StoreError, UpkeepTrouble, Wakeup,
};

/// A store in the memory of this process. Clones share their contents and their seat.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
    changes: watch::Sender<u64>,
    wakeups: watch::Sender<Wakeup>,
    /// The number of this process's seat; 0 before it has one.
    seat: Arc<AtomicI64>,
    upkeep: watch::Sender<Option<UpkeepTrouble>>,
}

impl MemoryStore {
    /// The contents.
    pub fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap()
    }

    /// The same store as seen by another process: with its own seat.
    pub fn of_another_process(&self) -> Self {
        Self { seat: Arc::default(), ..self.clone() }
    }

    /// Changes the contents and notifies observers; senders only if the change concerns them.
    pub fn change<T>(&self, change: impl FnOnce(&mut Tables) -> T) -> T {
        let mut tables = self.tables();
        let before = tables.revision;
        let senders: Vec<i64> = tables.senders.iter().map(|member| member.seq).collect();
        let done = change(&mut tables);
        let Revision { profiles, steering, .. } = tables.revision;
        let has_moved = tables.senders.iter().map(|member| member.seq).ne(senders);
        drop(tables);
        if has_moved {
            self.wakeups.send_modify(|wakeup| wakeup.fleet += 1);
        }
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
    async fn try_write(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn enqueue(&self, batch: Vec<NewDelivery>) -> Result<(), StoreError> {
        self.change(|tables| batch.into_iter().for_each(|new| tables.enqueue(new)));
        self.wake_senders();
        Ok(())
    }

    async fn accept_keyed(&self, request: AcceptRequest) -> Result<AcceptResult, StoreError> {
        let result = self.change(|tables| tables.accept(request))?;
        self.wake_senders();
        Ok(result)
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
    /// As of a file, for the screens of the console's tests.
    fn name(&self) -> String {
        "orders.db".to_owned()
    }

    async fn senders(&self) -> Result<Vec<SenderInfo>, StoreError> {
        let tables = self.tables();
        let api = tables.apis.first().map(|api| api.url.clone());
        Ok(tables.senders.iter().map(|member| SenderInfo { api: api.clone(), ..member.info() }).collect())
    }

    async fn announce_api(&self, url: Option<String>) -> Result<(), StoreError> {
        let own = url.map(|url| RunningApi { host: host_name(), pid: std::process::id(), url });
        self.change(|tables| {
            tables.apis = own.into_iter().collect();
            tables.revision.apis += 1;
        });
        Ok(())
    }

    async fn running_apis(&self) -> Result<Vec<RunningApi>, StoreError> {
        Ok(self.tables().apis.clone())
    }

    fn upkeep(&self) -> watch::Receiver<Option<UpkeepTrouble>> {
        self.upkeep.subscribe()
    }

    fn close(&self) {}
}
