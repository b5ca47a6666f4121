//! The running sender: it waits until no other process sends, and then does the work.

use std::sync::Arc;
use std::thread;

use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use crate::storage::{Outbox, OutboxError};
use crate::threads;

use super::board::{Board, Step};
use super::crew::Crew;
use super::limits::Limits;
use super::sending::{Role, Sending};
use super::transport::Transport;
use super::work::{End, TROUBLE_PAUSE, Work};

/// The running sender. Dropped, it ends at once; what is under way stays pending.
#[derive(Debug)]
pub struct Sender {
    stop: Option<oneshot::Sender<()>>,
    /// Dropped, the thread ends whatever it does.
    _alive: oneshot::Sender<()>,
    ended: oneshot::Receiver<()>,
    sending: watch::Receiver<Sending>,
}

impl Sender {
    /// Starts sending, as soon as no other process does, on threads of its own: what the console or a
    /// command does meanwhile takes nothing from it.
    #[must_use]
    pub fn start<O: Outbox>(outbox: Arc<O>, transport: Transport, limits: Limits) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (alive, dead) = oneshot::channel::<()>();
        let (tell, ended) = oneshot::channel();
        let (board, sending) = Board::new();
        let own = board.clone();
        let work = move || {
            // Dropped at the very end, which tells.
            let _tell = tell;
            let _report = PanicReport(own.clone());
            match threads::runtime() {
                Ok(runtime) => runtime.block_on(async {
                    tokio::select! {
                        () = run(outbox, transport, limits, own, stopped) => {}
                        _ = dead => {}
                    }
                }),
                Err(error) => own.broken(&error),
            }
        };
        if let Err(error) = threads::spawn("sender", work) {
            board.broken(&error);
        }
        Self { stop: Some(stop), _alive: alive, ended, sending }
    }

    /// A sender that never sends, for this reason: a sentence that stands by itself.
    #[must_use]
    pub fn refused(why: String) -> Self {
        let (board, sending) = Board::new();
        board.refused(why);
        // Whoever waits for its end finds it at once.
        let (_, ended) = oneshot::channel();
        Self { stop: None, _alive: oneshot::channel().0, ended, sending }
    }

    /// What it does just now.
    #[must_use]
    pub fn sending(&self) -> watch::Receiver<Sending> {
        self.sending.clone()
    }

    /// Starts nothing new, gives what is under way five seconds, and ends. The rest stays pending.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        // An error is the end, too.
        let _ = (&mut self.ended).await;
    }
}

/// Reports on the board that the sender's thread has panicked: whoever waits for it must not wait for ever.
struct PanicReport(Board);

impl Drop for PanicReport {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.broken(&"the sender has panicked, which is a bug in ringback; start it again");
        }
    }
}

async fn run<O: Outbox>(
    outbox: Arc<O>,
    transport: Transport,
    limits: Limits,
    board: Board,
    mut stopped: oneshot::Receiver<()>,
) {
    loop {
        let permit = tokio::select! {
            permit = permit(&*outbox, &board) => permit,
            _ = &mut stopped => {
                board.role(Role::Stopped);
                return;
            }
        };
        board.role(Role::Sends);
        let crew = Crew::gather(transport.clone(), limits.threads);
        let work = Work::new(Arc::clone(&outbox), crew, limits, board.clone());
        let ended = work.until(&mut stopped).await;
        if ended == End::Stopped {
            return;
        }
        // Whoever waits for it waits for a few seconds only.
        let _ = outbox.yielded().await;
        drop(permit);
    }
}

/// Takes the right to send, or waits for it and says meanwhile who has it.
async fn permit<O: Outbox>(outbox: &O, board: &Board) -> O::Permit {
    loop {
        let asked = match outbox.try_permit().await {
            Ok(None) => wait(outbox, board).await,
            Ok(Some(permit)) => Ok(permit),
            Err(error) => Err(error),
        };
        match board.told(Step::Permit, asked) {
            Ok(permit) => {
                for step in [Step::Watch, Step::Keep] {
                    let _ = board.told(step, Ok(()));
                }
                return permit;
            }
            Err(_) => tokio::time::sleep(TROUBLE_PAUSE).await,
        }
    }
}

/// The active sender may change while we wait: it is looked up whenever something was committed. While
/// something is due, it is watched: who is stopped keeps the lock and commits nothing.
async fn wait<O: Outbox>(outbox: &O, board: &Board) -> Result<O::Permit, OutboxError> {
    let mut commits = outbox.changes();
    let mut permit = std::pin::pin!(outbox.permit());
    let mut look_at = Some(Instant::now());
    loop {
        board.role(Role::Watches(outbox.sending_pid()));
        tokio::select! {
            permit = &mut permit => return permit,
            Ok(()) = commits.changed() => {
                look_at.get_or_insert_with(|| Instant::now() + TROUBLE_PAUSE);
            }
            () = tokio::time::sleep_until(look_at.unwrap_or_else(Instant::now)), if look_at.is_some() => {
                let watched = outbox.watch_sender().await.unwrap_or_default();
                look_at = watched.look_in.map(|pause| Instant::now() + pause);
                let stalled = watched.stalled.map_or(Ok(()), |why| Err(OutboxError::Passing(why)));
                let _ = board.told(Step::Watch, stalled);
            }
        }
    }
}
