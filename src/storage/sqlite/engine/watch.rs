//! Detects writes to the file, by any process, without polling.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::storage::sqlite::engine::write_queue::Order;
use crate::threads;

/// The minimum interval between two checks. The system also reports each of our own writes: a thousand a second while
/// much is sent.
const PAUSE: Duration = Duration::from_millis(10);

/// Whether the writer was asked for a check and has not done it yet: once is enough.
#[derive(Debug, Default)]
pub struct Looking(AtomicBool);

impl Looking {
    /// Asks the writer for a check, unless it was asked.
    pub fn tell(&self, orders: &Sender<Order>) {
        if self.begin() {
            // If this fails, the writer has ended, and the watcher is about to.
            let _ = orders.send(Order::Look);
        }
    }

    /// Whether the writer must be asked.
    fn begin(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }

    /// The writer is about to check; later events need another check.
    pub fn done(&self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Watches the folder of the database for writes to it and to its write-ahead log. The system wakes the thread, so
/// nothing runs while nothing happens.
///
/// # Errors
/// The system has no more watches, or none for this file system.
pub fn start(
    path: &Path,
    orders: Sender<Order>,
    looking: Arc<Looking>,
) -> notify::Result<RecommendedWatcher> {
    let file = path.file_name().unwrap_or_default().to_owned();
    let mut log = file.clone();
    log.push("-wal");
    let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
    let whole = folder.clone();
    // It starts a thread. If that fails it reports nothing, and panics at the next call.
    threads::probe().map_err(|error| notify::Error::generic(&error.to_string()))?;
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // An error here is an overflow of the system's queue: something happened, so check.
        let ours = event.map_or(true, |event| concerns(&event, &whole, &[&file, &log]));
        if ours {
            looking.tell(&orders);
            // A writer usually continues, and the system merges later events meanwhile.
            thread::sleep(PAUSE);
        }
    })?;
    watcher.watch(&folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

/// Whether an event may be a write to these files, or the removal of one or of the folder.
fn concerns(event: &Event, folder: &Path, names: &[&OsString]) -> bool {
    let written = matches!(
        event.kind,
        EventKind::Any | EventKind::Modify(_) | EventKind::Create(_) | EventKind::Remove(_)
    );
    let one_of = |name: &OsStr| names.iter().any(|n| n.as_os_str() == name);
    let ours = |path: &Path| path == folder || path.file_name().is_some_and(one_of);
    written && (event.need_rescan() || event.paths.iter().any(|path| ours(path)))
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, AccessMode, DataChange, ModifyKind, RemoveKind};

    use super::*;

    #[test]
    fn only_what_happens_to_the_database_counts() {
        let (file, log) = (OsString::from("a.db"), OsString::from("a.db-wal"));
        let of = |kind, path: &str| {
            concerns(&Event::new(kind).add_path(path.into()), Path::new("/data"), &[&file, &log])
        };
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        assert!(of(written, "/data/a.db-wal"));
        assert!(of(written, "/data/a.db"));
        assert!(!of(written, "/data/a.db-shm"));
        assert!(of(EventKind::Remove(RemoveKind::File), "/data/a.db"));
        assert!(of(EventKind::Remove(RemoveKind::Folder), "/data"));
        assert!(!of(written, "/data/b.db-wal"));
        assert!(!of(EventKind::Access(AccessKind::Open(AccessMode::Any)), "/data/a.db-wal"));
    }

    #[test]
    fn a_look_is_asked_for_once_until_it_is_done() {
        let looking = Looking::default();
        assert!(looking.begin());
        assert!(!looking.begin());
        looking.done();
        assert!(looking.begin());
    }
}
