//! Why a queue did not do what it was asked.

/// Why a queue did not do what it was asked: each kind is a sentence, and says what the sender does about
/// it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum QueueError {
    /// The cause may pass: ask again.
    #[error("{0}")]
    Passing(String),
    /// The cause stays until somebody fixes it; asking again does no harm.
    #[error("{0}")]
    Lasting(String),
    /// This sender has lost its seat, to another process or since its lease ran out: it must start nothing
    /// more before it has joined again.
    #[error("{0}")]
    Overtaken(String),
}
