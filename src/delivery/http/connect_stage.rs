//! The progress of opening a connection.

use std::net::SocketAddr;

/// The current stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConnectStage {
    /// None is being opened (yet): an existing one may be used.
    #[default]
    None,
    /// The name is being resolved.
    Looking,
    /// Waiting for a free connection slot.
    Room,
    /// The server allows no further request over the open connections yet (HTTP/2).
    Stream,
    /// This address was dialled last.
    Dialling(SocketAddr),
    /// The TLS handshake with this address.
    Securing(SocketAddr),
}
