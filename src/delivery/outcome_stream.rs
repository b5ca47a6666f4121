//! The outcomes that a sender records, for subscribers in this process. Subscribers receive an outcome once it is on
//! disk; outcomes of other processes are in the store.
//!
//! There are two kinds, both with bounded memory. [Complete](OutcomeStream::complete): nothing is lost, and the
//! sender waits for a subscriber that reads too slowly, as `work --json` needs. [Lossy](OutcomeStream::lossy): the
//! sender never waits, and a subscriber that reads too slowly learns how many it has missed, as a live view or an
//! HTTP stream needs.

use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::mpsc::error::SendError;
use tokio::sync::{broadcast, mpsc};

use crate::record::Outcome;

/// The buffer of a complete subscriber. When it is full, sending waits for it.
const COMPLETE: usize = 4096;

/// How many places in it are waited for at once.
const MAX_PERMITS_AT_ONCE: usize = 256;

/// The buffer of a lossy subscriber.
const LOSSY: usize = 1024;

/// An outcome that is on disk. It shares the memory of its batch.
#[derive(Debug, Clone)]
pub struct RecordedOutcome {
    batch: Arc<[Outcome]>,
    /// Less than the length of the batch.
    at: usize,
}

impl RecordedOutcome {
    fn each(batch: &Arc<[Outcome]>) -> impl ExactSizeIterator<Item = Self> {
        (0..batch.len()).map(|at| Self { batch: Arc::clone(batch), at })
    }
}

impl Deref for RecordedOutcome {
    type Target = Outcome;

    fn deref(&self) -> &Outcome {
        &self.batch[self.at]
    }
}

/// All outcomes from the subscription on.
pub type CompleteOutcomes = mpsc::Receiver<RecordedOutcome>;

/// Outcomes from the subscription on, without missed ones ([`RecvError::Lagged`](broadcast::error::RecvError::Lagged)
/// says how many).
pub type LossyOutcomes = broadcast::Receiver<RecordedOutcome>;

/// Where to subscribe to a sender's outcomes. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct OutcomeStream(Arc<Subscribers>);

#[derive(Debug, Default)]
struct Subscribers {
    complete: Mutex<Vec<mpsc::Sender<RecordedOutcome>>>,
    /// None before the first subscriber.
    lossy: OnceLock<broadcast::Sender<RecordedOutcome>>,
}

impl OutcomeStream {
    /// Subscribes to everything that is recorded from now on. The sender waits for a subscriber that does not read,
    /// until it is dropped.
    #[must_use]
    pub fn complete(&self) -> CompleteOutcomes {
        let (sender, outcomes) = mpsc::channel(COMPLETE);
        self.0.complete.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        outcomes
    }

    /// Subscribes to what is recorded from now on. A subscriber that does not read in time misses the oldest.
    #[must_use]
    pub fn lossy(&self) -> LossyOutcomes {
        self.0.lossy.get_or_init(|| broadcast::Sender::new(LOSSY)).subscribe()
    }

    /// Notifies the subscribers of outcomes that are on disk.
    pub(super) async fn publish(&self, batch: &Arc<[Outcome]>) {
        if let Some(lossy) = self.0.lossy.get().filter(|lossy| lossy.receiver_count() > 0) {
            // An error means that nobody is subscribed any more.
            RecordedOutcome::each(batch).for_each(|outcome| drop(lossy.send(outcome)));
        }
        let mut is_any_gone = false;
        for subscriber in self.complete_now() {
            is_any_gone |= send_all(&subscriber, batch).await.is_err();
        }
        if is_any_gone {
            let mut subscribers = self.0.complete.lock().unwrap_or_else(PoisonError::into_inner);
            subscribers.retain(|subscriber| !subscriber.is_closed());
        }
    }

    fn complete_now(&self) -> Vec<mpsc::Sender<RecordedOutcome>> {
        self.0.complete.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Waits for room for several at a time: waiting for each would cost more than the rest.
async fn send_all(
    subscriber: &mpsc::Sender<RecordedOutcome>,
    batch: &Arc<[Outcome]>,
) -> Result<(), SendError<()>> {
    let mut outcomes = RecordedOutcome::each(batch);
    while outcomes.len() > 0 {
        let places = subscriber.reserve_many(outcomes.len().min(MAX_PERMITS_AT_ONCE)).await?;
        // Places first: otherwise an outcome would be taken that has none.
        for (place, outcome) in places.zip(&mut outcomes) {
            place.send(outcome);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use tokio::sync::broadcast::error::{RecvError, TryRecvError};

    use super::*;
    use crate::record::{Attempt, DeliveryId, JobRef, LaneId, Next};

    fn batch(attempts: std::ops::Range<u32>) -> Arc<[Outcome]> {
        let outcome = |n| Outcome {
            job: JobRef::new(DeliveryId::from_bytes([1; 16]), 1),
            lane: LaneId::new(1),
            subject: Arc::default(),
            attempt: Attempt {
                n,
                started_at: Timestamp::UNIX_EPOCH,
                duration_ms: 1,
                address: None,
                status: Some(200),
                error: None,
                response_headers: Vec::new(),
                response_body: Vec::new(),
                response_cut: false,
                response_incomplete: None,
                sender: None,
            },
            next: Next::Delivered,
        };
        attempts.map(outcome).collect()
    }

    #[tokio::test]
    async fn a_complete_subscriber_gets_all_and_is_waited_for() {
        let stream = OutcomeStream::default();
        let mut outcomes = stream.complete();
        let all = u32::try_from(COMPLETE).unwrap() + 10;
        let batch = batch(0..all);
        let publish = stream.publish(&batch);
        let mut publish = std::pin::pin!(publish);
        let is_over = tokio::select! {
            biased;
            () = &mut publish => true,
            () = std::future::ready(()) => false,
        };
        assert!(!is_over, "there is no room for all of them");
        let mut read = Vec::new();
        while read.len() < all as usize {
            tokio::select! {
                biased;
                outcome = outcomes.recv() => read.push(outcome.unwrap().attempt.n),
                () = &mut publish => {}
            }
        }
        assert!(read.iter().copied().eq(0..all));
    }

    #[tokio::test]
    async fn a_subscriber_that_has_gone_keeps_nobody_waiting() {
        let stream = OutcomeStream::default();
        let (gone, mut stays) = (stream.complete(), stream.complete());
        drop(gone);
        let publish = async {
            stream.publish(&batch(0..8)).await;
            stream.publish(&batch(8..9)).await;
        };
        tokio::time::timeout(Duration::from_secs(20), publish).await.expect("nobody is waited for");
        let mut read = Vec::new();
        assert_eq!(stays.recv_many(&mut read, 100).await, 9);
        assert_eq!(stream.complete_now().len(), 1);
    }

    #[tokio::test]
    async fn a_lossy_subscriber_learns_what_it_missed_and_nobody_waits_for_it() {
        let stream = OutcomeStream::default();
        stream.publish(&batch(0..1)).await;
        let mut outcomes = stream.lossy();
        let all = u32::try_from(LOSSY).unwrap() + 5;
        stream.publish(&batch(0..all)).await;
        assert_eq!(outcomes.recv().await.unwrap_err(), RecvError::Lagged(5));
        for n in 5..all {
            assert_eq!(outcomes.recv().await.unwrap().attempt.n, n);
        }
        assert_eq!(outcomes.try_recv().unwrap_err(), TryRecvError::Empty);
    }
}
