//! Whether a request gets a response.

/// The response to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// A status.
    Status(u16),
    /// None, ever.
    Hung,
    /// The connection was closed without a response.
    Reset,
}
