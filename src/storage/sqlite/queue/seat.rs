//! The single seat of a file: the lock, the latest epoch, and its claims.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::storage::sqlite::queue::claims::Claims;
use crate::storage::sqlite::{Lease, LockError, Store};
use crate::storage::{QueueError, Standby};
use crate::{clock, threads};

/// The minimum delay between a commit and the next check of the active sender, which may be busy.
const LOOK_AFTER: Duration = Duration::from_secs(1);

/// The right to send. Dropping it releases its claims, and then the lock.
#[derive(Debug)]
pub struct Seat {
    claims: Arc<Claims>,
    /// Kept for its drop.
    _lease: Lease,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.claims.clear();
    }
}

impl Store {
    /// As [`Queue::join`](crate::storage::Queue::join).
    pub(super) async fn join_queue(&self, standby: impl FnMut(Standby) + Send) -> Result<Seat, QueueError> {
        let lease = match self.try_lease().await? {
            Some(lease) => lease,
            None => self.wait_for_lease(standby).await?,
        };
        Ok(Seat { claims: Arc::clone(&self.0.claims), _lease: self.begin_epoch(lease).await? })
    }

    async fn try_lease(&self) -> Result<Option<Lease>, QueueError> {
        let path = self.path().to_owned();
        let taken = threads::blocking(move || Lease::try_take(&path)).await;
        Ok(taken.map_err(|error| QueueError::Passing(format!("the lock cannot be asked for: {error}")))??)
    }

    /// The active sender may change meanwhile: it is looked up whenever something was committed. While something is
    /// due, it is watched: a stopped process keeps the lock and commits nothing.
    async fn wait_for_lease(&self, mut standby: impl FnMut(Standby) + Send) -> Result<Lease, QueueError> {
        let mut commits = self.changes();
        let mut lease = pin!(self.next_lease());
        let mut look_at = Some(Instant::now());
        loop {
            standby(Standby::Active(Lease::holder(self.path())));
            tokio::select! {
                lease = &mut lease => return lease,
                Ok(()) = commits.changed() => {
                    look_at.get_or_insert_with(|| Instant::now() + LOOK_AFTER);
                }
                () = tokio::time::sleep_until(look_at.unwrap_or_else(Instant::now)), if look_at.is_some() => {
                    let watched = self.look_at_sender(clock::now()).await.unwrap_or_default();
                    look_at = watched.look_in.map(|pause| Instant::now() + pause);
                    standby(Standby::Stalled(watched.stalled));
                }
            }
        }
    }

    /// Waits for the lock on a separate thread, which ends with the process at the latest.
    async fn next_lease(&self) -> Result<Lease, QueueError> {
        let (tell, told) = oneshot::channel();
        let path = self.path().to_owned();
        threads::spawn("lease", move || tell.send(Lease::wait(&path)))
            .map_err(|error| QueueError::Passing(format!("the lock cannot be waited for: {error}")))?;
        let taken =
            told.await.map_err(|_| QueueError::Passing("waiting for the lock was aborted".to_owned()))?;
        Ok(taken?)
    }
}

impl From<LockError> for QueueError {
    fn from(error: LockError) -> Self {
        let told = format!("no lock can be had: {error}");
        if error.is_lasting() { Self::Lasting(told) } else { Self::Passing(told) }
    }
}
