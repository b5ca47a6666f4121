//! The store as the sender sees it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use rusqlite::Transaction;
use tokio::sync::{oneshot, watch};

use crate::record::{NewDelivery, Outcome};
use crate::storage::error::Problem;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::engine::write_queue::Order;
use crate::storage::sqlite::error::InFile as _;
use crate::storage::sqlite::queue::due::{self, Found};
use crate::storage::sqlite::queue::{clock_shift, enqueue, record};
use crate::storage::sqlite::{Lease, LockError, Store};
use crate::storage::{Busy, Due, News, Outbox, OutboxError, Watched};
use crate::{clock, threads};

impl Outbox for Store {
    type Permit = Lease;

    async fn try_permit(&self) -> Result<Option<Lease>, OutboxError> {
        let path = self.path().to_owned();
        let taken = threads::blocking(move || Lease::try_take(&path)).await;
        let taken =
            taken.map_err(|error| OutboxError::Passing(format!("the lock cannot be asked for: {error}")))?;
        match taken? {
            Some(lease) => Ok(Some(self.begin_epoch(lease).await?)),
            None => Ok(None),
        }
    }

    /// The lock is waited for in a thread of its own, which ends with the process at the latest.
    async fn permit(&self) -> Result<Lease, OutboxError> {
        let (tell, told) = oneshot::channel();
        let path = self.path().to_owned();
        threads::spawn("lease", move || tell.send(Lease::wait(&path)))
            .map_err(|error| OutboxError::Passing(format!("the lock cannot be waited for: {error}")))?;
        let taken =
            told.await.map_err(|_| OutboxError::Passing("waiting for the lock was aborted".to_owned()))?;
        Ok(self.begin_epoch(taken?).await?)
    }

    fn sending_pid(&self) -> Option<u32> {
        Lease::holder(self.path())
    }

    async fn watch_sender(&self) -> Result<Watched, OutboxError> {
        Ok(self.look_at_sender(clock::now()).await?)
    }

    async fn accept(&self, batch: Vec<NewDelivery>) -> Result<(), OutboxError> {
        self.write(move |tx| enqueue::insert_all(tx, &batch)).await?;
        Ok(())
    }

    /// What cannot be read is failed for good, and others are looked for in its place.
    async fn due(&self, now: Timestamp, limit: usize, busy: Busy) -> Result<Due, OutboxError> {
        let mut busy = Arc::new(busy);
        let right = self.right();
        let mut unreadable = Vec::new();
        loop {
            let (known, right) = (Arc::clone(&busy), right.clone());
            let find = move |tx: &Transaction<'_>| {
                right.map_or(Ok(()), |right| right.check(tx))?;
                due::find(tx, now, limit, &known)
            };
            let found = self.read(find).await?;
            if !found.is_odd() {
                return Ok(Due { unreadable, ..found.due });
            }
            let odd: Vec<i64> = found.odd().collect();
            let Found { due, unreadable: failing, timeless } = found;
            let put_right = move |tx: &Writing<'_>| due::put_right(tx, now, &failing, &timeless);
            let done = self.write(put_right).await?;
            if done.failed.is_empty() && done.due == 0 {
                // Nothing came of it: it must not be met again and again.
                Arc::make_mut(&mut busy).known.extend(odd);
            }
            unreadable.extend(done.failed);
            // Others do not wait until all of them are put right.
            if !due.jobs.is_empty() {
                return Ok(Due { unreadable, ..due });
            }
        }
    }

    async fn record(&self, outcomes: Arc<[Outcome]>) -> Result<(), OutboxError> {
        let disable_after = self.0.disable_after.load(Ordering::Relaxed);
        let right = self.right();
        let record = move |tx: &Writing<'_>| {
            record::record_all(tx, &outcomes, disable_after, right.as_ref().map(|right| right.epoch))?;
            right.map_or(Ok(()), |right| right.moved(tx))
        };
        // What is recorded makes room for what is to be sent; what comes in can wait for a moment.
        self.0.writer.write(Order::WriteFirst, record).await.map_err(|error| error.at(self.path()))?;
        Ok(())
    }

    async fn yielded(&self) -> Result<(), OutboxError> {
        Ok(self.note_yielded().await?)
    }

    async fn shift(&self, by: SignedDuration, now: Timestamp) -> Result<(), OutboxError> {
        let right = self.right();
        // Who was overtaken leaves it to the active sender.
        let shift = move |tx: &Writing<'_>| match right.map(|right| right.check(tx)) {
            Some(Err(error)) if matches!(error.problem, Problem::Overtaken(_)) => Ok(()),
            _ => clock_shift::shift(tx, by, now),
        };
        self.write(shift).await?;
        Ok(())
    }

    fn changes(&self) -> watch::Receiver<u64> {
        Store::changes(self)
    }

    fn news(&self) -> watch::Receiver<News> {
        self.0.told.news.subscribe()
    }
}

impl From<LockError> for OutboxError {
    fn from(error: LockError) -> Self {
        let told = format!("no lock can be had: {error}");
        if error.is_lasting() { Self::Lasting(told) } else { Self::Passing(told) }
    }
}
