//! The store as the sender sees it.

use jiff::Timestamp;
use tokio::sync::{oneshot, watch};

use crate::delivery::{Busy, Due, NewDelivery, Outbox, OutboxError, Outcome};

use super::{Lease, Store};
use super::{accept, due, record};

impl Outbox for Store {
    type Permit = Lease;

    /// The lock is waited for in a thread of its own, which ends with the process at the latest.
    async fn permit(&self) -> Result<Lease, OutboxError> {
        let (tell, told) = oneshot::channel();
        let path = self.path().to_owned();
        std::thread::Builder::new()
            .name("lease".to_owned())
            .spawn(move || tell.send(Lease::wait(&path)))
            .map_err(|error| OutboxError(format!("no thread to wait for the sender's lock: {error}")))?;
        let path = self.path().display();
        let failed = |why: String| OutboxError(format!("{path}.lock: {why}: nothing can be sent"));
        let taken = told.await.map_err(|_| failed("the wait for it broke off".to_owned()))?;
        taken.map_err(|error| failed(error.to_string()))
    }

    fn sending_pid(&self) -> Option<u32> {
        Lease::holder(self.path())
    }

    async fn accept(&self, batch: Vec<NewDelivery>) -> Result<(), OutboxError> {
        self.write(move |tx| batch.iter().try_for_each(|new| accept::insert(tx, new))).await?;
        Ok(())
    }

    /// First tries are due from the moment they are accepted, in that order.
    async fn due(&self, now: Timestamp, limit: usize, busy: &Busy) -> Result<Due, OutboxError> {
        let busy = Busy { in_flight: busy.in_flight.clone(), full_origins: busy.full_origins.clone() };
        let found = self.read(move |tx| due::find(tx, now, limit, &busy)).await?;
        if !found.unreadable.is_empty() {
            self.write(move |tx| due::give_up(tx, now, &found.unreadable)).await?;
        }
        Ok(found.due)
    }

    async fn record(&self, outcome: Outcome) -> Result<(), OutboxError> {
        self.write(move |tx| record::record(tx, &outcome)).await?;
        Ok(())
    }

    fn changes(&self) -> watch::Receiver<u64> {
        Store::changes(self)
    }
}
