//! Detects commits of other processes by polling, if the system sends no notifications.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::storage::error::{Problem, StoreError};
use crate::storage::sqlite::engine::watch::Looking;
use crate::storage::sqlite::engine::write_queue::Order;
use crate::storage::sqlite::engine::writer::data_version;
use crate::storage::sqlite::file::identity::Place;
use crate::storage::sqlite::file::open;
use crate::threads;

/// The polling interval.
const EVERY: Duration = Duration::from_secs(2);

/// A thread that polls until this is dropped.
pub struct Poll {
    going: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts polling. A detected commit may be one of this process: the writer knows its own.
///
/// # Errors
/// The file cannot be read, or the thread cannot be started.
pub fn start(
    path: &Path,
    busy: Duration,
    orders: Sender<Order>,
    looking: Arc<Looking>,
) -> Result<Poll, StoreError> {
    let db = open::reader(path, busy)?;
    let place = Place::of(path)?;
    let (mut known, mut held) = (data_version(&db)?, true);
    let (going, ended) = mpsc::channel::<()>();
    let thread = threads::spawn("store-poll", move || {
        while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
            let now = data_version(&db).unwrap_or(known);
            let holds = place.holds().is_ok();
            if now != known || holds != held {
                (known, held) = (now, holds);
                looking.tell(&orders);
            }
        }
    })
    .map_err(Problem::NoThread)?;
    Ok(Poll { going: Some(going), thread: Some(thread) })
}

impl Drop for Poll {
    /// Waits for the thread: its connection must be closed before the writing one.
    fn drop(&mut self) {
        drop(self.going.take());
        if let Some(thread) = self.thread.take() {
            // An error means that it has ended, as intended.
            let _ = thread.join();
        }
    }
}
