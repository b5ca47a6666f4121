//! The outcomes that a sender records, for subscribers in this process. Subscribers receive an outcome once it is on
//! disk; outcomes of other processes are in the store.
//!
//! There are two kinds, both with bounded memory. [Complete](OutcomeStream::complete): nothing is lost, and the
//! sender waits for a subscriber that reads too slowly, as `work --json` needs. It gets what was recorded together
//! together, and so wakes once for it. [Lossy](OutcomeStream::lossy): the
//! sender never waits, and a subscriber that reads too slowly learns how many it has missed, as a live view or an
//! HTTP stream needs.

use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::{Semaphore, broadcast, mpsc};

use crate::record::Outcome;

/// How many outcomes a complete subscriber has room for. When there is none left, sending waits for it.
const COMPLETE: u32 = 4096;

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
    fn each(batch: &Arc<[Outcome]>) -> impl Iterator<Item = Self> {
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
#[derive(Debug)]
pub struct CompleteOutcomes {
    batches: mpsc::UnboundedReceiver<Arc<[Outcome]>>,
    room: Arc<Semaphore>,
}

impl CompleteOutcomes {
    /// Waits for the next outcomes, which were recorded together. None once the stream has ended. Nothing is lost if
    /// the future is dropped.
    pub async fn recv(&mut self) -> Option<Arc<[Outcome]>> {
        let batch = self.batches.recv().await?;
        self.room.add_permits(room_for(&batch) as usize);
        Some(batch)
    }

    /// The next outcomes, if there are any now.
    pub fn try_recv(&mut self) -> Option<Arc<[Outcome]>> {
        let batch = self.batches.try_recv().ok()?;
        self.room.add_permits(room_for(&batch) as usize);
        Some(batch)
    }
}

impl Drop for CompleteOutcomes {
    fn drop(&mut self) {
        self.room.close();
    }
}

/// The room that a batch takes: at most all there is, however large it is.
fn room_for(batch: &[Outcome]) -> u32 {
    u32::try_from(batch.len()).map_or(COMPLETE, |outcomes| outcomes.min(COMPLETE))
}

/// The end of a complete subscription at the sender.
#[derive(Debug, Clone)]
struct Subscriber {
    batches: mpsc::UnboundedSender<Arc<[Outcome]>>,
    room: Arc<Semaphore>,
}

impl Subscriber {
    /// Waits until there is room. Returns whether anybody is subscribed.
    async fn send(&self, batch: &Arc<[Outcome]>) -> bool {
        let Ok(room) = self.room.acquire_many(room_for(batch)).await else { return false };
        // Given back when they are read.
        room.forget();
        self.batches.send(Arc::clone(batch)).is_ok()
    }
}

/// Outcomes from the subscription on, without missed ones ([`RecvError::Lagged`](broadcast::error::RecvError::Lagged)
/// says how many).
pub type LossyOutcomes = broadcast::Receiver<RecordedOutcome>;

/// Where to subscribe to a sender's outcomes. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct OutcomeStream(Arc<Subscribers>);

#[derive(Debug, Default)]
struct Subscribers {
    complete: Mutex<Vec<Subscriber>>,
    /// None before the first subscriber.
    lossy: OnceLock<broadcast::Sender<RecordedOutcome>>,
}

impl OutcomeStream {
    /// Subscribes to everything that is recorded from now on. The sender waits for a subscriber that does not read,
    /// until it is dropped.
    #[must_use]
    pub fn complete(&self) -> CompleteOutcomes {
        let (sender, batches) = mpsc::unbounded_channel();
        let room = Arc::new(Semaphore::new(COMPLETE as usize));
        let subscriber = Subscriber { batches: sender, room: Arc::clone(&room) };
        self.0.complete.lock().unwrap_or_else(PoisonError::into_inner).push(subscriber);
        CompleteOutcomes { batches, room }
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
            is_any_gone |= !subscriber.send(batch).await;
        }
        if is_any_gone {
            let mut subscribers = self.0.complete.lock().unwrap_or_else(PoisonError::into_inner);
            subscribers.retain(|subscriber| !subscriber.batches.is_closed());
        }
    }

    fn complete_now(&self) -> Vec<Subscriber> {
        self.0.complete.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::time::Duration;

    use futures_util::FutureExt as _;
    use jiff::Timestamp;
    use tokio::sync::broadcast::error::{RecvError, TryRecvError};

    use super::*;
    use crate::record::{Attempt, DeliveryId, HeaderList, JobRef, LaneId, Next};

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
                response_headers: HeaderList::default(),
                response_body: Vec::new(),
                response_cut: false,
                response_incomplete: None,
                sender: None,
                phases: None,
                is_probe: false,
            },
            next: Next::Delivered,
        };
        attempts.map(outcome).collect()
    }

    #[tokio::test]
    async fn a_complete_subscriber_gets_all_and_is_waited_for() {
        let stream = OutcomeStream::default();
        let mut outcomes = stream.complete();
        let parts = [0..COMPLETE - 10, COMPLETE - 10..COMPLETE, COMPLETE..COMPLETE + 1];
        for part in &parts[..2] {
            let published = stream.publish(&batch(part.clone())).now_or_never();
            assert!(published.is_some(), "there is room for {part:?}");
        }
        let last = batch(parts[2].clone());
        let mut publish = pin!(stream.publish(&last));
        assert!(publish.as_mut().now_or_never().is_none(), "there is no room for another one");
        let mut read: Vec<u32> = Vec::new();
        read.extend(outcomes.recv().await.unwrap().iter().map(|outcome| outcome.attempt.n));
        publish.await;
        while let Some(batch) = outcomes.try_recv() {
            read.extend(batch.iter().map(|outcome| outcome.attempt.n));
        }
        assert!(read.into_iter().eq(0..=COMPLETE));
    }

    #[tokio::test]
    async fn more_than_there_is_room_for_takes_all_room() {
        let stream = OutcomeStream::default();
        let mut outcomes = stream.complete();
        for n in 0..3 {
            let large = batch(n..n + COMPLETE + 10);
            stream.publish(&large).await;
            let next = batch(0..1);
            let mut publish = pin!(stream.publish(&next));
            assert!(publish.as_mut().now_or_never().is_none());
            assert_eq!(outcomes.recv().await.unwrap()[0].attempt.n, n);
            publish.await;
            assert_eq!(outcomes.recv().await.unwrap().len(), 1);
        }
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
        let read: Vec<usize> = std::iter::from_fn(|| stays.try_recv()).map(|batch| batch.len()).collect();
        assert_eq!(read, [8, 1]);
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
