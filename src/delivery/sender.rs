//! The running sender: it waits until no other process sends, and then does the work.

use std::sync::Arc;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::board::{Board, Step};
use super::outbox::{Outbox, OutboxError};
use super::sending::{Role, Sending};
use super::transport::Transport;
use super::work::{TROUBLE_PAUSE, Work};

/// How much is sent at a time (design, section 5).
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Tries under way to one endpoint.
    pub per_origin: usize,
    /// Tries under way in all.
    pub total: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_origin: 16, total: 256 }
    }
}

/// The running sender.
#[derive(Debug)]
pub struct Sender {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
    sending: watch::Receiver<Sending>,
}

impl Sender {
    /// Starts sending, as soon as no other process does. Needs a tokio runtime.
    #[must_use]
    pub fn start<O: Outbox>(outbox: Arc<O>, transport: Transport, limits: Limits) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (board, sending) = Board::new();
        let task = tokio::spawn(run(outbox, transport, limits, board, stopped));
        Self { stop: Some(stop), task, sending }
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
        let _ = (&mut self.task).await;
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run<O: Outbox>(
    outbox: Arc<O>,
    transport: Transport,
    limits: Limits,
    board: Board,
    mut stopped: oneshot::Receiver<()>,
) {
    let permit = tokio::select! {
        permit = permit(&*outbox, &board) => permit,
        _ = &mut stopped => {
            board.role(Role::Stopped);
            return;
        }
    };
    board.role(Role::Sends);
    Work::new(outbox, transport, limits, board).until(stopped).await;
    drop(permit);
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
            Ok(permit) => return permit,
            Err(_) => tokio::time::sleep(TROUBLE_PAUSE).await,
        }
    }
}

/// Who sends may change hands while we wait: it is looked up whenever something was committed.
async fn wait<O: Outbox>(outbox: &O, board: &Board) -> Result<O::Permit, OutboxError> {
    let mut commits = outbox.changes();
    let mut permit = std::pin::pin!(outbox.permit());
    loop {
        board.role(Role::Watches(outbox.sending_pid()));
        tokio::select! {
            permit = &mut permit => return permit,
            Ok(()) = commits.changed() => {}
        }
    }
}
