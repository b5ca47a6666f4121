//! Why a command did not do what was asked, and the exit code that says so.

use std::io;

use crate::callback::RenderError;
use crate::settings::AddressesUnknown;
use crate::storage::{PassedOver, Problem, QueueError, StoreError};
use crate::threads::{BlockingError, NoThread};

use super::receive::error::ReceiveError;

/// Exit code of wrong usage or input (design, section 3).
pub const WRONG_INPUT: u8 = 2;
/// Exit code of what was asked rightly and failed.
pub const FAILED: u8 = 1;

/// A command's end that is none of its good ones. The message says what, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Wrong usage or input; may have several lines.
    #[error("{0}")]
    Input(String),
    /// A person said no.
    #[error("{0}")]
    Declined(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database, as the sender sees it.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// No request can be made of a profile and its values.
    #[error("cannot build the request: {0}")]
    NoRequest(#[from] RenderError),
    /// The settings do not say where anything may be sent.
    #[error(transparent)]
    Settings(#[from] AddressesUnknown),
    /// The receiver.
    #[error(transparent)]
    Receive(#[from] ReceiveError),
    /// The system refuses something that is needed.
    #[error("{0}: {1}")]
    System(String, io::Error),
    /// There is no thread for it.
    #[error(transparent)]
    NoThread(#[from] NoThread),
    /// Work on another thread has no result.
    #[error(transparent)]
    Blocking(#[from] BlockingError),
    /// The sender has ended while the command still needed it.
    #[error("the sender stopped: {0}")]
    SenderEnded(String),
    /// Standard output cannot be written.
    #[error("cannot write to standard output ({0}): check where it is redirected")]
    Output(io::Error),
    /// Whoever read standard output has gone.
    #[error("nobody reads standard output")]
    Unread,
    /// The stored object exists and cannot be read.
    #[error("{}: it was changed by another program, or by a later version", .0.named.first().map_or_else(String::new, ToString::to_string))]
    Unreadable(PassedOver),
    /// Nothing can be sent until somebody fixes the cause.
    #[error("{0}")]
    CannotSend(String),
    /// Ended by a signal, with what it leaves behind.
    #[error("{left}")]
    Interrupted {
        /// The exit code: 128 and the signal's number.
        code: u8,
        /// What stays queued, and how to continue.
        left: String,
    },
}

impl CommandError {
    /// The exit code: 2 for wrong usage or input, which the name of a file is too; 1 for what failed
    /// though it was asked rightly. A reader that has gone is no failure.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::Input(_) | Self::Settings(_) | Self::Receive(ReceiveError::Decrypt { .. }) => WRONG_INPUT,
            Self::Store(error) if is_wrong_file(&error.problem) => WRONG_INPUT,
            Self::Unread => 0,
            Self::Interrupted { code, .. } => *code,
            _ => FAILED,
        }
    }

    /// Whether it is printed. A reader that has gone gets no message.
    #[must_use]
    pub fn is_told(&self) -> bool {
        !matches!(self, Self::Unread)
    }
}

/// Whether the database that was named is not one that can be used; the others may pass by
/// themselves, or are the disk's.
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
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_wrong_input_from_failure() {
        let store = |problem| CommandError::Store(StoreError { location: None, problem }).code();
        assert_eq!(store(Problem::NotADatabase), 2);
        assert_eq!(store(Problem::Newer { found: 9, known: 1 }), 2);
        assert_eq!(store(Problem::Full), 1);
        assert_eq!(CommandError::Input(String::new()).code(), 2);
        assert_eq!(CommandError::Unread.code(), 0);
        assert_eq!(CommandError::Interrupted { code: 130, left: String::new() }.code(), 130);
    }
}
