//! A few read-only connections, each in use only for the duration of one query.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::Semaphore;

use crate::storage::error::{Problem, StoreError};
use crate::storage::sqlite::error::InFile as _;
use crate::storage::sqlite::file::identity::Place;
use crate::storage::sqlite::file::open;
use crate::threads;

/// The maximum number of concurrent queries: each costs a connection and its cache.
const READERS: usize = 4;

/// The connections, and how many more may be in use.
pub struct Readers {
    path: PathBuf,
    place: Place,
    busy: Duration,
    pool: Mutex<Pool>,
    /// Notified when a connection returns to a closed pool.
    back: Condvar,
    room: Arc<Semaphore>,
}

/// The state of the pool.
#[derive(Default)]
struct Pool {
    /// Connections that are not in use.
    idle: Vec<Connection>,
    /// The number of connections in use.
    out: usize,
    closed: bool,
}

impl Readers {
    pub fn new(path: PathBuf, place: Place, busy: Duration) -> Self {
        let room = Arc::new(Semaphore::new(READERS));
        Self { path, place, busy, pool: Mutex::default(), back: Condvar::new(), room }
    }

    /// Runs a query on a thread for blocking work. All of `question` sees one state of the database.
    pub async fn read<T, F>(self: Arc<Self>, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| Problem::Closed)?;
        threads::blocking(move || {
            let answer = self.ask(question).map_err(|error| error.at(&self.path).waited(self.busy));
            drop(room);
            answer
        })
        .await
        .map_err(Problem::from)?
    }

    fn ask<T>(
        &self,
        question: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.place.holds()?;
        let mut out = self.take()?;
        let db = match &mut out.db {
            Some(db) => db,
            none => none.insert(open::reader(&self.path, self.busy)?),
        };
        let tx = Transaction::new(db, TransactionBehavior::Deferred)?;
        question(&tx)
    }

    /// A connection to use, or permission to open one.
    fn take(&self) -> Result<Out<'_>, StoreError> {
        let mut pool = self.pool();
        if pool.closed {
            return Err(Problem::Closed.into());
        }
        pool.out += 1;
        Ok(Out { db: pool.idle.pop(), readers: self })
    }

    /// Refuses further queries, waits for running ones, and closes all connections.
    pub fn close(&self) {
        self.room.close();
        let mut pool = self.pool();
        pool.closed = true;
        pool.idle.clear();
        let none_out = self.back.wait_while(pool, |pool| pool.out > 0);
        drop(none_out.unwrap_or_else(PoisonError::into_inner));
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection in use, which returns automatically.
struct Out<'a> {
    db: Option<Connection>,
    readers: &'a Readers,
}

impl Drop for Out<'_> {
    fn drop(&mut self) {
        let mut pool = self.readers.pool();
        if pool.closed {
            // Closed before it counts as returned: waiters need all connections closed.
            drop(self.db.take());
        } else {
            pool.idle.extend(self.db.take());
        }
        pool.out -= 1;
        self.readers.back.notify_all();
    }
}
