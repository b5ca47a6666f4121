//! The store as the sender sees it.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{oneshot, watch};

use crate::delivery::{Busy, Due, NewDelivery, News, Outbox, OutboxError, Outcome};

use super::queue::Order;
use super::tally::Writing;
use super::{Lease, Store};
use super::{accept, control, due, record};

impl Outbox for Store {
    type Permit = Lease;

    async fn try_permit(&self) -> Result<Option<Lease>, OutboxError> {
        let path = self.path().to_owned();
        let taken = tokio::task::spawn_blocking(move || Lease::try_take(&path)).await;
        let taken = taken.map_err(|_| self.no_lease("asking for it broke off"))?;
        match taken.map_err(|error| self.no_lease(error))? {
            Some(lease) => self.proven(lease).await.map(Some),
            None => Ok(None),
        }
    }

    /// The lock is waited for in a thread of its own, which ends with the process at the latest.
    async fn permit(&self) -> Result<Lease, OutboxError> {
        let (tell, told) = oneshot::channel();
        let path = self.path().to_owned();
        std::thread::Builder::new()
            .name("lease".to_owned())
            .spawn(move || tell.send(Lease::wait(&path)))
            .map_err(|error| self.no_lease(format_args!("no thread to wait for it: {error}")))?;
        let taken = told.await.map_err(|_| self.no_lease("the wait for it broke off"))?;
        self.proven(taken.map_err(|error| self.no_lease(error))?).await
    }

    fn sending_pid(&self) -> Option<u32> {
        Lease::holder(self.path())
    }

    async fn accept(&self, batch: Vec<NewDelivery>) -> Result<(), OutboxError> {
        self.write(move |tx| accept::insert_all(tx, &batch)).await?;
        Ok(())
    }

    /// What cannot be read is failed for good, and others are looked for in its place.
    async fn due(&self, now: Timestamp, limit: usize, busy: Busy) -> Result<Due, OutboxError> {
        let busy = Arc::new(busy);
        loop {
            let known = Arc::clone(&busy);
            let found = self.read(move |tx| due::find(tx, now, limit, &known)).await?;
            if found.unreadable.is_empty() {
                return Ok(found.due);
            }
            self.write(move |tx| due::give_up(tx, now, &found.unreadable)).await?;
        }
    }

    async fn record(&self, outcomes: Arc<[Outcome]>) -> Result<(), OutboxError> {
        let disable_after = self.0.disable_after.load(Ordering::Relaxed);
        let record = move |tx: &Writing<'_>| record::record_all(tx, &outcomes, disable_after);
        // What is recorded makes room for what is to be sent; what comes in can wait for a moment.
        self.0.writer.write(Order::WriteFirst, record).await.map_err(|error| error.at(self.path()))?;
        Ok(())
    }

    async fn shift(&self, by: SignedDuration) -> Result<(), OutboxError> {
        self.write(move |tx| control::shift(tx, by)).await?;
        Ok(())
    }

    fn changes(&self) -> watch::Receiver<u64> {
        Store::changes(self)
    }

    fn news(&self) -> watch::Receiver<News> {
        self.0.told.news.subscribe()
    }
}

impl Store {
    /// The lease, once something was written: who cannot record what is sent must not send it, or it
    /// is sent again and again, by every session that starts. A value that stays the same would not be
    /// written.
    async fn proven(&self, lease: Lease) -> Result<Lease, OutboxError> {
        self.write(|tx| Ok(tx.execute("UPDATE revision SET deliveries = deliveries + 1", [])?)).await?;
        Ok(lease)
    }

    fn no_lease(&self, why: impl Display) -> OutboxError {
        OutboxError(format!(
            "no lock can be had with {}.lock ({why}): see who may write it",
            self.path().display()
        ))
    }
}
