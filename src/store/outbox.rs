//! The store as the sender sees it.

use jiff::Timestamp;
use tokio::sync::watch;

use crate::delivery::{Busy, Due, NewDelivery, Outbox, OutboxError, Outcome};

use super::Store;
use super::{accept, due, record};

impl Outbox for Store {
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
