//! Errors of commands, and their exit codes.

use std::io;

use crate::api::TlsError;
use crate::callback::RenderError;
use crate::listening::ListenError;
use crate::management::SteerError;
use crate::remote::RemoteError;
use crate::settings::AddressesUnknown;
use crate::storage::transfer::TransferError;
use crate::storage::{BackupError, PassedOver, Problem, QueueError, StoreError};
use crate::threads::{BlockingError, NoThread};

use super::receive::error::ReceiveError;

/// The exit code for invalid usage or input (docs/commands.md).
pub const INVALID_INPUT: u8 = 2;
/// The exit code for a valid request that failed.
pub const FAILED: u8 = 1;

/// Why a command failed. The message says what, where, and how to fix it.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Invalid usage or input; may have several lines.
    #[error("{0}")]
    Input(String),
    /// The same, where the parts of the message are known.
    #[error("{message}")]
    Explained {
        /// All of it.
        message: String,
        /// Where it is, such as a file.
        place: Option<String>,
        /// What is wrong.
        what: String,
        /// How to fix it.
        fix: Option<String>,
    },
    /// The confirmation was declined.
    #[error("{0}")]
    Declined(String),
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A store failed, as reported to the sender.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// An account of the platform's API did not do what was asked.
    #[error("{0}: {1}")]
    Remote(String, RemoteError),
    /// The same where 1 says that there are differences, as with `diff`: this is 2.
    #[error("{0}: {1}")]
    NotCompared(String, RemoteError),
    /// No request can be made from a profile and its values.
    #[error("cannot build the request: {0}")]
    NoRequest(#[from] RenderError),
    /// A database cannot be copied.
    #[error(transparent)]
    Transfer(TransferError),
    /// A file cannot be backed up.
    #[error(transparent)]
    Backup(BackupError),
    /// The settings do not say which addresses may be dialled.
    #[error(transparent)]
    Settings(#[from] AddressesUnknown),
    /// The receiver failed.
    #[error(transparent)]
    Receive(#[from] ReceiveError),
    /// The system refuses something that is required.
    #[error("{0}: {1}")]
    System(String, io::Error),
    /// No thread could be started.
    #[error(transparent)]
    NoThread(#[from] NoThread),
    /// Work on another thread has no result.
    #[error(transparent)]
    Blocking(#[from] BlockingError),
    /// The sender has ended while the command still needed it.
    #[error("the sender stopped: {0}")]
    SenderEnded(String),
    /// The API cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The certificate of the API cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The API has ended unexpectedly.
    #[error("the HTTP API stopped unexpectedly, which is a bug in ringback; start it again")]
    ApiEnded,
    /// Standard output cannot be written.
    #[error("cannot write to standard output ({0}): check where it is redirected")]
    Output(io::Error),
    /// The reader of standard output has closed it.
    #[error("nobody reads standard output")]
    Unread,
    /// The stored object exists but cannot be read.
    #[error("{}: it was changed by another program, or by a later version", .0.named.first().map_or_else(String::new, ToString::to_string))]
    Unreadable(PassedOver),
    /// Nothing can be sent until the cause is fixed.
    #[error("{0}")]
    CannotSend(String),
    /// Ended by a signal, with deliveries left queued.
    #[error("{left}")]
    Interrupted {
        /// The exit code: 128 plus the signal's number.
        code: u8,
        /// What stays queued, and how to continue.
        left: String,
    },
}

impl From<TransferError> for CommandError {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Store(error) => Self::Store(error),
            error => Self::Transfer(error),
        }
    }
}

impl From<BackupError> for CommandError {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Store(error) => Self::Store(error),
            error => Self::Backup(error),
        }
    }
}

impl From<SteerError> for CommandError {
    fn from(error: SteerError) -> Self {
        match error {
            SteerError::Store(error) => Self::Store(error),
            ended => Self::Input(ended.to_string()),
        }
    }
}

impl CommandError {
    /// Invalid input that is explained by a message which ends with the fix, after its last colon.
    #[must_use]
    pub fn explained(place: &str, message: String) -> Self {
        let (what, fix) = match message.rsplit_once(": ") {
            Some((what, fix)) => (what.to_owned(), Some(fix.to_owned())),
            None => (message.clone(), None),
        };
        Self::Explained { message, place: Some(place.to_owned()), what, fix }
    }

    /// The same of a command whose exit code 1 says that there are differences.
    #[must_use]
    pub fn of_comparison(self) -> Self {
        match self {
            Self::Remote(account, error) => Self::NotCompared(account, error),
            error => error,
        }
    }

    /// The exit code: 2 for invalid usage or input, including file names; 1 for a valid request that failed. A closed
    /// pipe is not a failure.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::Input(_)
            | Self::Explained { .. }
            | Self::NotCompared(..)
            | Self::Settings(_)
            | Self::Tls(_)
            | Self::Backup(BackupError::Exists(_) | BackupError::Target { .. })
            | Self::Receive(ReceiveError::Decrypt { .. } | ReceiveError::Body(_)) => INVALID_INPUT,
            Self::Store(error) if is_wrong_file(&error.problem) => INVALID_INPUT,
            Self::Unread => 0,
            Self::Interrupted { code, .. } => *code,
            _ => FAILED,
        }
    }

    /// The kind of the error in a word, for scripts: a contract.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Input(_)
            | Self::Explained { .. }
            | Self::Settings(_)
            | Self::Tls(_)
            | Self::Receive(ReceiveError::Decrypt { .. } | ReceiveError::Body(_)) => "input",
            Self::Declined(_) => "declined",
            Self::Store(_) | Self::Queue(_) | Self::Transfer(_) | Self::Backup(_) | Self::Unreadable(_) => {
                "storage"
            }
            Self::NoRequest(_) => "request",
            Self::SenderEnded(_) | Self::CannotSend(_) => "sending",
            Self::Receive(_)
            | Self::System(..)
            | Self::NoThread(_)
            | Self::Blocking(_)
            | Self::Listen(_)
            | Self::ApiEnded => "system",
            Self::Output(_) | Self::Unread => "output",
            Self::Remote(..) | Self::NotCompared(..) => "account",
            Self::Interrupted { .. } => "interrupted",
        }
    }

    /// The error of a store, if it is one: it says where, and ends with the fix.
    #[must_use]
    pub fn of_store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }

    /// Whether the error is printed. A closed pipe is not reported.
    #[must_use]
    pub fn is_printed(&self) -> bool {
        !matches!(self, Self::Unread)
    }
}

/// Whether the problem is the choice of the file; others may be temporary, or are problems of the disk.
fn is_wrong_file(problem: &Problem) -> bool {
    if let Problem::Server(problem) = problem {
        return problem.is_wrong_input();
    }
    matches!(
        problem,
        Problem::Folder(_)
            | Problem::IsFolder
            | Problem::TooLong(_)
            | Problem::NotRegular(_)
            | Problem::CannotOpen(_)
            | Problem::ReadOnly
            | Problem::NotADatabase
            | Problem::Foreign
            | Problem::Newer { .. }
            | Problem::NoWal
            | Problem::Moved(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_distinguish_invalid_input_from_failure() {
        let store = |problem| CommandError::Store(StoreError { location: None, problem }).code();
        assert_eq!(store(Problem::NotADatabase), 2);
        assert_eq!(store(Problem::Newer { found: 9, known: 1 }), 2);
        assert_eq!(store(Problem::Full), 1);
        assert_eq!(CommandError::Input(String::new()).code(), 2);
        assert_eq!(CommandError::Unread.code(), 0);
        assert_eq!(CommandError::Interrupted { code: 130, left: String::new() }.code(), 130);
    }
}
