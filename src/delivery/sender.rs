//! The running sender: it waits until no other process sends, and then sends.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use crate::storage::{Opened, Queue, QueueError, Standby};
use crate::threads;

use super::attempt::Transport;
use super::dispatcher::{Board, Dispatcher, End, Limits, Step, TROUBLE_PAUSE, WorkerPool};
use super::outcome_stream::OutcomeStream;
use super::sender_status::{SenderRole, SenderStatus};

/// The longest time that an unresponsive store delays a sender's end.
const LEAVE: Duration = Duration::from_secs(5);

/// The running sender. Dropping it ends it at once; requests in flight stay pending.
#[derive(Debug)]
pub struct Sender {
    stop: Option<oneshot::Sender<()>>,
    /// Dropping it ends the thread, whatever it does.
    _alive: oneshot::Sender<()>,
    ended: oneshot::Receiver<()>,
    status: watch::Receiver<SenderStatus>,
    outcomes: OutcomeStream,
}

impl Sender {
    /// Starts sending, as soon as no other process does, on separate threads: the console or a command does not slow
    /// it down.
    #[must_use]
    pub fn start<Q: Queue>(queue: Arc<Q>, transport: Transport, limits: Limits) -> Self {
        Self::start_with(queue, transport, limits, OutcomeStream::default())
    }

    /// As [`Sender::start`], with an outcome stream that has its first subscribers already: they miss nothing.
    #[must_use]
    pub fn start_with<Q: Queue>(
        queue: Arc<Q>,
        transport: Transport,
        limits: Limits,
        outcomes: OutcomeStream,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (alive, dead) = oneshot::channel::<()>();
        let (tell, ended) = oneshot::channel();
        let (board, status) = Board::new();
        let (own, stream) = (board.clone(), outcomes.clone());
        let work = move || {
            // Dropped at the very end, as a notification.
            let _tell = tell;
            let _report = PanicReport(own.clone());
            match threads::runtime() {
                Ok(runtime) => runtime.block_on(async {
                    tokio::select! {
                        () = run(queue, transport, limits, own, stream, stopped) => {}
                        _ = dead => {}
                    }
                }),
                Err(error) => own.broken(&error),
            }
        };
        if let Err(error) = threads::spawn("sender", work) {
            board.broken(&error);
        }
        Self { stop: Some(stop), _alive: alive, ended, status, outcomes }
    }

    /// As [`Sender::start_with`], on the opened store.
    #[must_use]
    pub fn start_on(store: &Opened, transport: Transport, limits: Limits, outcomes: OutcomeStream) -> Self {
        match store {
            Opened::Sqlite(store) => Self::start_with(Arc::new(store.clone()), transport, limits, outcomes),
            #[cfg(feature = "postgres")]
            Opened::Postgres(store) => Self::start_with(Arc::new(store.clone()), transport, limits, outcomes),
        }
    }

    /// A sender that never sends, for this reason: a complete sentence.
    #[must_use]
    pub fn refused(why: String) -> Self {
        let (board, status) = Board::new();
        board.refused(why);
        // Anyone who waits for its end finds it at once.
        let (_, ended) = oneshot::channel();
        let outcomes = OutcomeStream::default();
        Self { stop: None, _alive: oneshot::channel().0, ended, status, outcomes }
    }

    /// Its current status.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<SenderStatus> {
        self.status.clone()
    }

    /// Where to subscribe to the outcomes that it records.
    #[must_use]
    pub fn outcomes(&self) -> &OutcomeStream {
        &self.outcomes
    }

    /// Starts nothing new, gives requests in flight five seconds, and ends. The rest stays pending.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        // An error is the end, too.
        let _ = (&mut self.ended).await;
    }
}

/// Reports on the board that the sender's thread has panicked: nobody must wait for it for ever.
struct PanicReport(Board);

impl Drop for PanicReport {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.broken(&"the sender has panicked, which is a bug in ringback; start it again");
        }
    }
}

async fn run<Q: Queue>(
    queue: Arc<Q>,
    transport: Transport,
    limits: Limits,
    board: Board,
    outcomes: OutcomeStream,
    mut stopped: oneshot::Receiver<()>,
) {
    loop {
        let seat = tokio::select! {
            seat = join(&*queue, &board) => seat,
            _ = &mut stopped => {
                let _ = tokio::time::timeout(LEAVE, queue.withdraw()).await;
                None
            }
        };
        let Some(seat) = seat else {
            board.role(SenderRole::Stopped);
            return;
        };
        board.role(SenderRole::Active);
        let workers = WorkerPool::new(transport.clone(), limits.threads);
        let dispatcher =
            Dispatcher::new(Arc::clone(&queue), workers, limits, board.clone(), outcomes.clone());
        let ended = dispatcher.until(&mut stopped).await;
        // The process that took over waits for it only for a few seconds; claimed deliveries are free at the latest
        // when the seat's lease expires.
        let _ = tokio::time::timeout(LEAVE, queue.leave(seat)).await;
        if matches!(ended, End::Stopped | End::Outdated) {
            return;
        }
    }
}

/// Takes a seat, or waits for it and reports meanwhile who has it. None if this program is too old for the store.
async fn join<Q: Queue>(queue: &Q, board: &Board) -> Option<Q::Seat> {
    loop {
        let joined = queue.join(|standby| match standby {
            Standby::Active(pid) => board.role(SenderRole::Standby(pid)),
            Standby::Stalled(why) => {
                let stalled = why.map_or(Ok(()), |why| Err(QueueError::Passing(why)));
                let _ = board.report(Step::Standby, stalled);
            }
        });
        let joined = joined.await;
        if let Err(why @ QueueError::Outdated(_)) = &joined {
            board.outdated(why);
            return None;
        }
        match board.report(Step::Permit, joined) {
            Ok(seat) => {
                for step in [Step::Standby, Step::KeepLock] {
                    let _ = board.report(step, Ok(()));
                }
                return Some(seat);
            }
            Err(_) => tokio::time::sleep(TROUBLE_PAUSE).await,
        }
    }
}
