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
    /// This program must start nothing more on the store, ever: a newer one has changed it so that this one would
    /// damage it, or it was copied into another database, which has the deliveries now.
    #[error("{0}")]
    Outdated(String),
    /// This sender has lost its seat, to another process or because its lease has expired: it must start nothing more
    /// before it has joined again.
    #[error("{0}")]
    Overtaken(String),
}
