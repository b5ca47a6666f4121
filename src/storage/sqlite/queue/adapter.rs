//! The store as the queue of the sender.
//!
//! The lock and its epoch are the lease of all claims, so none needs to be extended: an overtaken sender claims
//! nothing more, and what it still records is distinguished from what the later sender records.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rusqlite::Transaction;
use tokio::sync::watch;

use crate::record::{JobRef, Outcome};
use crate::storage::error::Problem;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::engine::write_queue::Order;
use crate::storage::sqlite::error::InFile as _;
use crate::storage::sqlite::queue::due::{self, Found};
use crate::storage::sqlite::queue::floors::SeenFloors;
use crate::storage::sqlite::queue::row_set::RowSet;
use crate::storage::sqlite::queue::scheduler::Taken;
use crate::storage::sqlite::queue::seat::Seat;
use crate::storage::sqlite::queue::{clock_shift, record};
use crate::storage::{Claimed, ClockSource, Demand, Queue, QueueError, Standby, Wakeup};

impl Queue for Store {
    type Seat = Seat;

    async fn join(&self, standby: impl FnMut(Standby) + Send) -> Result<Seat, QueueError> {
        self.join_queue(standby).await
    }

    async fn leave(&self, seat: Seat) -> Result<(), QueueError> {
        // Nobody waits for a sender that was not overtaken.
        let noted = if self.is_overtaken().await? { self.note_yielded().await } else { Ok(()) };
        drop(seat);
        Ok(noted?)
    }

    /// Unreadable deliveries fail permanently, and others are claimed in their place.
    async fn claim(&self, demand: Demand) -> Result<Claimed, QueueError> {
        let _turn = self.0.claims.turn().await;
        let demand = Arc::new(demand);
        let mut passed_over = self.0.claims.rows();
        let floors = self.0.claims.floors();
        let mut unreadable = Vec::new();
        loop {
            let found = self.find(&demand, &passed_over, &floors).await?;
            let is_odd = found.is_odd();
            let odd: Vec<i64> = if is_odd { found.odd().collect() } else { Vec::new() };
            let Found { claimed, unreadable: failing, timeless, reached } = found;
            let mut is_stuck = false;
            if is_odd {
                let now = demand.now;
                let put_right = move |tx: &Writing<'_>| due::put_right(tx, now, &failing, &timeless);
                let done = self.write(put_right).await?;
                is_stuck = done.failed.is_empty() && done.due == 0;
                unreadable.extend(done.failed);
            }
            // Others do not wait until all invalid ones are repaired.
            if !is_odd || !claimed.jobs.is_empty() {
                self.0.claims.begin(claimed.jobs.iter().map(|job| job.reference));
                self.0.claims.raise(floors, reached.into_iter());
                return Ok(Claimed { unreadable, ..claimed });
            }
            if is_stuck {
                // The repair had no effect: they must not be found again.
                Arc::make_mut(&mut passed_over).extend(odd);
            }
        }
    }

    async fn release(&self, unstarted: &[JobRef]) -> Result<(), QueueError> {
        self.0.claims.release(unstarted.iter().copied());
        Ok(())
    }

    async fn record(&self, outcomes: Arc<[Outcome]>) -> Result<Vec<JobRef>, QueueError> {
        let rules = self.health_rules();
        let right = self.right();
        let told = Arc::clone(&outcomes);
        let record = move |tx: &Writing<'_>| {
            let epoch = right.as_ref().map(|right| right.epoch);
            let not_ours = record::record_all(tx, &told, rules, epoch)?;
            right.map_or(Ok(()), |right| right.moved(tx))?;
            Ok(not_ours)
        };
        // Recording frees slots for more attempts; new deliveries can wait for a moment.
        let recorded = self.0.writer.write(Order::WriteFirst, record).await;
        let not_ours = recorded.map_err(|error| error.at(self.path()))?;
        self.0.claims.end(outcomes.iter().map(|outcome| outcome.job));
        Ok(not_ours)
    }

    fn wakeups(&self) -> watch::Receiver<Wakeup> {
        self.0.told.wakeups.subscribe()
    }

    fn clock(&self) -> ClockSource {
        ClockSource::Sender
    }

    async fn shift(&self, by: SignedDuration, now: Timestamp) -> Result<(), QueueError> {
        let right = self.right();
        // An overtaken sender leaves it to the active one.
        let shift = move |tx: &Writing<'_>| match right.map(|right| right.check(tx)) {
            Some(Err(error)) if matches!(error.problem, Problem::Overtaken(_)) => Ok(()),
            _ => clock_shift::shift(tx, by, now),
        };
        self.write(shift).await?;
        Ok(())
    }
}

impl Store {
    async fn find(
        &self,
        demand: &Arc<Demand>,
        passed_over: &Arc<RowSet>,
        floors: &SeenFloors,
    ) -> Result<Found, QueueError> {
        let (demand, passed_over, right) = (Arc::clone(demand), Arc::clone(passed_over), self.right());
        let (claims, floors) = (Arc::clone(&self.0.claims), floors.clone());
        let find = move |tx: &Transaction<'_>| {
            right.map_or(Ok(()), |right| right.check(tx))?;
            due::find(tx, &demand, &Taken { passed_over: &passed_over, floors: &floors }, &claims.profiles)
        };
        Ok(self.read(find).await?)
    }
}
