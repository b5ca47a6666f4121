//! Why `ringback receive` ended.

use std::io;

use crate::receiver::ReceiverError;
use crate::threads::NoThread;

/// Why receiving ended before it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The key or vector is invalid. The message never contains it.
    #[error("{option}: {why}")]
    Decrypt {
        /// The option that named it.
        option: &'static str,
        /// The reason.
        why: String,
    },
    /// It could not listen.
    #[error(transparent)]
    Listen(#[from] ReceiverError),
    /// There is no thread to write from.
    #[error(transparent)]
    NoThread(#[from] NoThread),
    /// A request that arrived could not be shown.
    #[error("cannot write requests: {0}; check where standard output goes")]
    Output(io::Error),
}
