//! A few connections that only read, each busy only as long as one question takes.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::Semaphore;

use super::error::{Problem, StoreError};
use super::open;
use super::place::Place;

/// Most questions answered at once: each costs a connection and its cache.
const READERS: usize = 4;

/// The connections that nobody uses just now, and how many more may be in use.
pub(super) struct Readers {
    path: PathBuf,
    place: Place,
    busy: Duration,
    idle: Mutex<Vec<Connection>>,
    room: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, place: Place, busy: Duration) -> Self {
        Self { path, place, busy, idle: Mutex::default(), room: Arc::new(Semaphore::new(READERS)) }
    }

    /// Asks on a thread for blocking work. All of `question` sees one state of the database.
    pub(super) async fn read<T, F>(self: Arc<Self>, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let closed = |_| StoreError::from(Problem::Closed);
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| Problem::Closed)?;
        tokio::task::spawn_blocking(move || {
            let answer = self.ask(question).map_err(|error| error.at(&self.path).waited(self.busy));
            drop(room);
            answer
        })
        .await
        .map_err(closed)?
    }

    fn ask<T>(
        &self,
        question: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.place.holds()?;
        let kept = self.idle().pop();
        let mut db = match kept {
            Some(db) => db,
            None => open::reader(&self.path, self.busy)?,
        };
        let tx = Transaction::new(&mut db, TransactionBehavior::Deferred)?;
        let answer = question(&tx);
        drop(tx);
        self.idle().push(db);
        answer
    }

    /// Refuses further questions and closes what is idle.
    pub(super) fn close(&self) {
        self.room.close();
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
