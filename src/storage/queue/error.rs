//! Errors of a queue.

/// An error of a queue: each kind is a sentence, and says how the sender reacts.
#[derive(Debug, Clone, thiserror::Error)]
pub enum QueueError {
    /// The cause may be temporary: try again.
    #[error("{0}")]
    Passing(String),
    /// The cause lasts until somebody fixes it; trying again is harmless.
    #[error("{0}")]
    Lasting(String),
    /// A newer program has changed the store so that this one would damage it: it must start nothing more.
    #[error("{0}")]
    Outdated(String),
    /// This sender has lost its seat, to another process or because its lease has expired: it must start nothing more
    /// before it has joined again.
    #[error("{0}")]
    Overtaken(String),
}
