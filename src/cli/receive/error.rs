//! Why `ringback receive` ended.

use std::io;

use crate::receiver::ReceiverError;
use crate::threads::NoThread;

/// Why receiving ended before it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// What to decrypt with is invalid. The message never holds the key.
    #[error("{option}: {why}")]
    Decrypt {
        /// The option that named it.
        option: &'static str,
        /// What is invalid.
        why: String,
    },
    /// It could not listen.
    #[error(transparent)]
    Listen(#[from] ReceiverError),
    /// There is no thread to write from.
    #[error(transparent)]
    NoThread(#[from] NoThread),
    /// What arrived could not be shown.
    #[error("cannot write requests: {0}; check where standard output goes")]
    Output(io::Error),
}
