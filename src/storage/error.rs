//! Errors of a store: the problem, its place, and the fix.

use std::fmt;
use std::time::Duration;

use crate::files::NoDescriptors;
use crate::record::DeliveryId;
use crate::storage::QueueError;
use crate::storage::server_problem::ServerProblem;
use crate::threads::{BlockingError, NoThread};

/// A problem of a store, with the store's location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError {
    /// The store: a file, or a URL without its password. None while unknown.
    pub location: Option<String>,
    /// The problem.
    pub problem: Problem,
}

/// A problem of the database or of a request to it. Each message contains the fix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The folder does not exist and cannot be created.
    #[error("its folder cannot be created ({0}): create it, or name another file with --db")]
    Folder(String),
    /// The path is a folder.
    #[error("is a folder: name a file with --db")]
    IsFolder,
    /// The names of the files beside it would be too long.
    #[error(
        "has too long a path: the files beside it have up to {0} bytes more; choose a shorter one with --db"
    )]
    TooLong(usize),
    /// A pipe, a device or a socket; or one of the files beside it is not a regular file, with the suffix of its
    /// name.
    #[error("{} not a regular file: name another file with --db", not_regular(.0))]
    NotRegular(&'static str),
    /// The file cannot be opened.
    #[error("cannot be opened ({0}): check its owner and mode, or name another file with --db")]
    CannotOpen(String),
    /// It cannot be opened because file descriptors have run out.
    #[error("cannot be opened: {0}")]
    NoDescriptors(NoDescriptors),
    /// The file is read-only.
    #[error("can only be read: allow writing to the file and its folder, or name another file with --db")]
    ReadOnly,
    /// Not `SQLite`.
    #[error("is not a database: name another file with --db")]
    NotADatabase,
    /// `SQLite`, but not Ringback's.
    #[error("is another program's database: name another file with --db")]
    Foreign,
    /// From a newer Ringback.
    #[error(
        "was written by a newer Ringback (schema {found}, this one knows {known}): \
         update, or name another file with --db"
    )]
    Newer {
        /// The schema in the file.
        found: i64,
        /// The latest schema that this program knows.
        known: i64,
    },
    /// The file system has no shared memory for the write-ahead log.
    #[error("cannot use a write-ahead log there, as on some network drives: put it on a local disk")]
    NoWal,
    /// Another program kept it locked for the whole busy timeout.
    #[error("is locked by another program (waited {0:?}): end that program, or try again")]
    Locked(Duration),
    /// No space.
    #[error("has no room to grow: free some disk space, then try again")]
    Full,
    /// Damaged.
    #[error("is damaged ({0}): restore a copy, or name another file with --db")]
    Corrupt(String),
    /// The disk failed.
    #[error("cannot be read or written ({0}): check the disk, then try again")]
    Disk(String),
    /// A stored row is invalid.
    #[error("{what} cannot be read ({why}): it was changed by another program, or by a later version")]
    Unreadable {
        /// Such as `profile IN_…`.
        what: String,
        /// The reason.
        why: String,
    },
    /// No delivery with this id.
    #[error("no delivery {0}; `ringback deliveries list` lists all")]
    NoDelivery(DeliveryId),
    /// The delivery never had a request.
    #[error("delivery {0} has no request to resend: fix the profile, then test it")]
    NoRequest(DeliveryId),
    /// A test's profile was never saved, and was removed when the test ended.
    #[error("the profile that delivery {0} tested was never saved: test it again from the editor")]
    TestedGone(DeliveryId),
    /// The file was removed or moved while it was in use.
    #[error("no longer exists: restore it, or restart to create a new one")]
    Gone,
    /// Another file replaced it while it was in use.
    #[error("was replaced by another file: restart to use that one")]
    Replaced,
    /// The write-ahead log or its shared memory was removed or replaced while it was in use.
    #[error(
        "the files -wal and -shm beside it were removed or replaced: restart, and leave them alone while a session runs"
    )]
    LogGone,
    /// It has other names: hard links.
    #[error(
        "has {0} names (hard links), and sessions under different names damage it: remove the others \
         (`find FOLDER -samefile FILE` lists them)"
    )]
    Linked(u64),
    /// It is a mount point.
    #[error(
        "is mounted as a single file, and sessions under different names damage it: mount its folder instead"
    )]
    Mounted,
    /// It is being copied into another database.
    #[error(
        "is being copied to {0} and takes no changes: run the same `ringback db copy` again if it was interrupted"
    )]
    Moving(String),
    /// It was copied into another database.
    #[error("was copied to {0} and can only be read: use that database")]
    Moved(String),
    /// Another session has started to send.
    #[error(
        "another session{of} sends now: the lock file beside it was removed or replaced; leave it alone while a \
         session runs",
        of = .0.map(|pid| format!(" (pid {pid})")).unwrap_or_default()
    )]
    Overtaken(Option<u32>),
    /// The lock file was removed or replaced.
    #[error("the lock file beside it was removed or replaced: leave it alone while a session runs")]
    LockLost,
    /// No thread could be started.
    #[error(transparent)]
    NoThread(NoThread),
    /// The store was closed.
    #[error("was closed meanwhile: restart")]
    Closed,
    /// A problem of a database server.
    #[error(transparent)]
    Server(ServerProblem),
    /// A bug in this program.
    #[error("refused a command ({0}): please report this")]
    Sql(String),
}

impl Problem {
    /// Whether it is a server that may be used again in a moment.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Server(problem) if problem.is_passing())
    }

    /// Whether the file itself is invalid, so that a retry does not help.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        if let Self::Server(problem) = self {
            return problem.is_lasting();
        }
        matches!(
            self,
            Self::IsFolder
                | Self::NotRegular(_)
                | Self::Linked(_)
                | Self::Mounted
                | Self::NotADatabase
                | Self::Foreign
                | Self::Newer { .. }
                | Self::NoWal
                | Self::Moving(_)
                | Self::Moved(_)
                | Self::Corrupt(_)
                | Self::Unreadable { .. }
        )
    }
}

fn not_regular(ending: &str) -> String {
    if ending.is_empty() { "is".to_owned() } else { format!("the {ending} beside it is") }
}

impl StoreError {
    /// A stored row that is invalid.
    pub fn unreadable(what: impl fmt::Display, why: impl fmt::Display) -> Self {
        Problem::Unreadable { what: what.to_string(), why: why.to_string() }.into()
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Some(location) => write!(f, "{location}: {}", self.problem),
            None => self.problem.fmt(f),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<Problem> for StoreError {
    fn from(problem: Problem) -> Self {
        Self { location: None, problem }
    }
}

impl From<ServerProblem> for Problem {
    fn from(problem: ServerProblem) -> Self {
        Self::Server(problem)
    }
}

impl From<ServerProblem> for StoreError {
    fn from(problem: ServerProblem) -> Self {
        Problem::from(problem).into()
    }
}

impl From<BlockingError> for Problem {
    fn from(error: BlockingError) -> Self {
        match error {
            BlockingError::NoThread(error) => Self::NoThread(error),
            BlockingError::Panicked => Self::Closed,
        }
    }
}

impl From<StoreError> for QueueError {
    fn from(error: StoreError) -> Self {
        let told = error.to_string();
        match error.problem {
            Problem::Overtaken(_) | Problem::LockLost => Self::Overtaken(told),
            Problem::Server(ServerProblem::Ahead { .. }) | Problem::Moved(_) => Self::Outdated(told),
            problem if problem.is_lasting() => Self::Lasting(told),
            _ => Self::Passing(told),
        }
    }
}
