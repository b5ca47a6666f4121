//! The store as the sender sees it, with an ear for what is recorded.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};

use crate::record::{NewDelivery, Outcome};
use crate::storage::{Busy, Due, News, Outbox, OutboxError, Store, Watched};

/// Outcomes that wait to be told. Beyond that sending waits for whoever reads: what happened is told
/// whole, in bounded memory.
const UNTOLD: usize = 4096;

/// Passes everything on, and tells of each outcome once it is on disk.
pub struct Tap {
    store: Store,
    told: mpsc::Sender<Outcome>,
}

impl Tap {
    /// A tap, and what comes out of it.
    pub fn on(store: Store) -> (Self, mpsc::Receiver<Outcome>) {
        let (told, outcomes) = mpsc::channel(UNTOLD);
        (Self { store, told }, outcomes)
    }
}

impl Outbox for Tap {
    type Permit = <Store as Outbox>::Permit;

    async fn try_permit(&self) -> Result<Option<Self::Permit>, OutboxError> {
        self.store.try_permit().await
    }

    async fn permit(&self) -> Result<Self::Permit, OutboxError> {
        self.store.permit().await
    }

    fn sending_pid(&self) -> Option<u32> {
        self.store.sending_pid()
    }

    async fn watch_sender(&self) -> Result<Watched, OutboxError> {
        self.store.watch_sender().await
    }

    async fn accept(&self, batch: Vec<NewDelivery>) -> Result<(), OutboxError> {
        self.store.accept(batch).await
    }

    async fn due(&self, now: Timestamp, limit: usize, busy: Busy) -> Result<Due, OutboxError> {
        self.store.due(now, limit, busy).await
    }

    async fn record(&self, outcomes: Arc<[Outcome]>) -> Result<(), OutboxError> {
        self.store.record(Arc::clone(&outcomes)).await?;
        for outcome in &*outcomes {
            // Nobody listens any more when the command ends.
            let _ = self.told.send(outcome.clone()).await;
        }
        Ok(())
    }

    async fn yielded(&self) -> Result<(), OutboxError> {
        self.store.yielded().await
    }

    async fn shift(&self, by: SignedDuration, now: Timestamp) -> Result<(), OutboxError> {
        self.store.shift(by, now).await
    }

    fn changes(&self) -> watch::Receiver<u64> {
        Outbox::changes(&self.store)
    }

    fn news(&self) -> watch::Receiver<News> {
        self.store.news()
    }
}
