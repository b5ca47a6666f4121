//! Batches that are accepted at about the same time, gathered into one command of the writing thread. They share its
//! wake-up, its savepoint, its statements and its lanes, and each still has a result of its own.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::oneshot;

use crate::record::NewDelivery;
use crate::storage::error::{Problem, StoreError};
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::engine::write_queue::Command;
use crate::storage::sqlite::queue::enqueue::insert_all;

/// A command takes no more batches along than this, so that others need not wait for it.
const BATCHES: usize = 256;

/// Nor does one with this many deliveries.
const DELIVERIES: usize = 1024;

/// The command that batches join, while one is waiting.
#[derive(Default)]
pub struct Gathering(Mutex<Weak<Gathered>>);

/// Whether a batch was accepted.
type Accepted = Result<(), StoreError>;

/// That, after the commit, and the batch: its memory goes back to the thread that it came from, since freeing it on
/// another one makes both wait for each other's caches.
pub type Reply = (Accepted, Vec<NewDelivery>);

/// A batch, with its caller.
struct Asked {
    batch: Vec<NewDelivery>,
    result: Accepted,
    reply: oneshot::Sender<Reply>,
}

/// The batches of a command; none once it runs.
#[derive(Default)]
struct Gathered(Mutex<Option<Vec<Asked>>>);

impl Gathering {
    /// Adds a batch. Returns the command for the writing thread, unless the batch has joined one that is waiting, and the
    /// reply: without one the command was dropped.
    pub fn add(&self, batch: Vec<NewDelivery>) -> (Option<Box<dyn Command>>, oneshot::Receiver<Reply>) {
        let (reply, result) = oneshot::channel();
        let asked = Asked { batch, result: Err(Problem::Closed.into()), reply };
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rejected = match waiting.upgrade() {
            Some(gathered) => gathered.join(asked),
            None => Some(asked),
        };
        let Some(asked) = rejected else { return (None, result) };
        let gathered = Arc::new(Gathered(Mutex::new(Some(vec![asked]))));
        *waiting = Arc::downgrade(&gathered);
        (Some(Box::new(Accept { gathered, asked: Vec::new() })), result)
    }
}

impl Gathered {
    /// Adds a batch; gives it back if the command runs, or is full.
    fn join(&self, asked: Asked) -> Option<Asked> {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(all) = gathered.as_mut() else { return Some(asked) };
        let deliveries: usize = all.iter().map(|asked| asked.batch.len()).sum();
        if all.len() >= BATCHES || deliveries >= DELIVERIES {
            return Some(asked);
        }
        all.push(asked);
        None
    }

    /// Takes the batches. No more can join.
    fn close(&self) -> Vec<Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }
}

/// Accepts what has gathered until it runs.
struct Accept {
    gathered: Arc<Gathered>,
    asked: Vec<Asked>,
}

impl Command for Accept {
    fn run(&mut self, tx: &Writing<'_>) -> Result<(), StoreError> {
        self.asked = self.gathered.close();
        if let [alone] = &mut *self.asked {
            alone.result = insert_all(tx, &alone.batch);
            return alone.result.clone();
        }
        let all = tx.in_savepoint(|tx| insert_all(tx, self.asked.iter().flat_map(|asked| &asked.batch)))?;
        for asked in &mut self.asked {
            // Of several, only those that are to blame fail.
            asked.result = match all {
                Ok(()) => Ok(()),
                Err(_) => tx.in_savepoint(|tx| insert_all(tx, &asked.batch))?,
            };
        }
        Ok(())
    }

    fn callers(&self) -> usize {
        self.asked.len()
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        // It may not have run, if nothing can be written.
        for Asked { batch, result, reply } in self.asked.into_iter().chain(self.gathered.close()) {
            // The caller may be gone; the batch is accepted nevertheless.
            let _ = reply.send((committed.clone().and(result), batch));
        }
    }
}
