//! Why `ringback receive` ended.

use std::io;

use crate::listening::ListenError;
use crate::threads::NoThread;

/// Why receiving ended unexpectedly.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The key or vector is invalid. The message never contains it.
    #[error("{option}: {why}")]
    Decrypt {
        /// The option that gave it.
        option: &'static str,
        /// The reason.
        why: String,
    },
    /// The file with the body of the responses cannot be read.
    #[error("--body: {0}")]
    Body(String),
    /// It could not listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The thread that writes could not be started.
    #[error(transparent)]
    NoThread(#[from] NoThread),
    /// A request could not be printed.
    #[error("cannot write requests: {0}; check where standard output goes")]
    Output(io::Error),
}
