//! A store that does not respond, such as one that waits for its synchronous standby: reported after a while. The
//! request is awaited however long it takes: nobody else can tell whether it was carried out.

use std::time::{Duration, Instant};

use super::{Dispatcher, Step};
use crate::storage::{Queue, QueueError};

/// A request without a response for so long is reported.
const STALL: Duration = Duration::from_secs(6);

impl<Q: Queue> Dispatcher<Q> {
    /// Reports requests that are overdue, until their responses arrive.
    pub(super) fn report_stalls(&self, now: Instant) {
        for (step, since) in self.requests() {
            if now.saturating_duration_since(since) >= STALL {
                let why = format!(
                    "no response for {} s: check the database, its disk, and its synchronous standby, if it has one",
                    STALL.as_secs()
                );
                let _ = self.board.report::<()>(step, Err(QueueError::Passing(why)));
            }
        }
    }

    /// When the next request is overdue.
    pub(super) fn next_stall(&self, now: Instant) -> Option<Instant> {
        self.requests().map(|(_, since)| since + STALL).filter(|at| *at > now).min()
    }

    /// The requests in progress that must succeed for sending, and since when.
    fn requests(&self) -> impl Iterator<Item = (Step, Instant)> + use<Q> {
        let record = self.records.in_flight.is_some().then_some((Step::Record, self.records.since));
        let renewal = self.lease.renewing.is_some().then_some((Step::Renew, self.lease.asked_at));
        record.into_iter().chain(renewal).filter_map(|(step, since)| Some((step, since?)))
    }
}
