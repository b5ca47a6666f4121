//! The store as the queue of a sender.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{oneshot, watch};

use crate::record::{JobRef, Outcome};
use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::queue::claim_sql::{RELEASE, freed};
use crate::storage::postgres::queue::seat::PgSeat;
use crate::storage::{Claimed, ClockSource, Demand, Fleet, Queue, QueueError, SenderReport, Standby, Wakeup};

impl Queue for PgStore {
    type Seat = PgSeat;

    async fn join(&self, _: impl FnMut(Standby) + Send) -> Result<PgSeat, QueueError> {
        self.take_seat().await
    }

    async fn withdraw(&self) -> Result<(), QueueError> {
        self.withdraw_seat().await
    }

    async fn leave(&self, seat: PgSeat) -> Result<(), QueueError> {
        self.leave_seat(seat).await
    }

    fn lease(&self) -> Option<Duration> {
        Some(self.sender().lease())
    }

    async fn renew(&self, report: SenderReport) -> Result<Fleet, QueueError> {
        self.renew_seat(report).await
    }

    async fn claim(&self, demand: Demand) -> Result<Claimed, QueueError> {
        let (reply, answer) = oneshot::channel();
        let store = self.clone();
        // Runs to its end even if nobody waits: what was claimed and is given to nobody would be claimed until the seat
        // ends.
        tokio::spawn(async move {
            let unread = reply.send(store.claim_due(demand).await);
            if let Err(Ok(claimed)) = unread {
                let jobs: Vec<JobRef> = claimed.jobs.iter().map(|job| job.reference).collect();
                if store.release_jobs(&jobs).await.is_err() {
                    let mut held = store.sender().held();
                    held.remove(jobs.iter().map(|job| job.token()));
                    held.note_strays(Instant::now());
                }
            }
        });
        answer
            .await
            .unwrap_or_else(|_| Err(QueueError::Passing("reading due deliveries was aborted".to_owned())))
    }

    async fn release(&self, unstarted: &[JobRef]) -> Result<(), QueueError> {
        Ok(self.release_jobs(unstarted).await?)
    }

    async fn record(&self, outcomes: Arc<[Outcome]>) -> Result<Vec<JobRef>, QueueError> {
        self.record_outcomes(&outcomes).await
    }

    fn wakeups(&self) -> watch::Receiver<Wakeup> {
        self.sender().wakeups.subscribe()
    }

    fn clock(&self) -> ClockSource {
        ClockSource::Store
    }

    async fn shift(&self, _: SignedDuration, _: Timestamp) -> Result<(), QueueError> {
        Ok(())
    }
}

impl PgStore {
    async fn release_jobs(&self, jobs: &[JobRef]) -> Result<(), StoreError> {
        // Without a seat nothing is claimed.
        let Ok(seat) = self.sender().seat() else { return Ok(()) };
        if jobs.is_empty() {
            return Ok(());
        }
        let seqs: Vec<i64> = jobs.iter().map(|job| job.token()).collect();
        let mut acquired = self.sender().claims().await?;
        let rows = acquired.db()?.rows(RELEASE, &[&seqs, &seat]).await?;
        let freed = freed(&rows)?;
        self.sender().held().remove(seqs);
        self.sender().ready().released(freed.iter().copied());
        let lanes: Vec<i32> = freed.iter().map(|(lane, ..)| *lane).collect();
        // Others may start it sooner. This process hears the bell as well, and a sender whose endpoints all hang
        // releases and claims again at each bell: so not for each release.
        if !lanes.is_empty() && self.sender().ready().may_ring(Instant::now()) {
            self.0.ringer.arrived(lanes);
        }
        Ok(())
    }
}
