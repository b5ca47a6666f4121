//! Why requests are not kept.

use std::io;

use crate::files::UnreadableFile;

/// Why a request was not kept, or those that are kept cannot be read. Displayed after the file's name and a colon.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The file cannot be written.
    #[error("{0}")]
    Write(#[from] io::Error),
    /// Another process has locked it for more than a second.
    #[error("another process has locked it")]
    Locked,
    /// It cannot be read.
    #[error("{0}")]
    Read(#[from] UnreadableFile),
}
