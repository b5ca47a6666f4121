//! The listening socket.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::clock;

/// A server cannot listen. The message says where, why, and how to fix it.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The port is in use.
    #[error(
        "cannot listen on {0}: the port is in use; stop the program that uses it, or use another port (0 is any free one)"
    )]
    InUse(SocketAddr),
    /// The port is reserved for the system.
    #[error("cannot listen on {0}: not allowed; use a port from 1024 up")]
    NotAllowed(SocketAddr),
    /// No interface has this address.
    #[error("cannot listen on {0}: this machine has no such address; use 127.0.0.1 or one of its own")]
    NoSuchAddress(SocketAddr),
    /// The date header of responses cannot be written.
    #[error(
        "cannot respond to requests: this machine's clock is not between the years 1970 and 9998; set the clock"
    )]
    Clock,
    /// Anything else.
    #[error("cannot listen on {addr}: {error}; try another address or port")]
    Other {
        /// The address.
        addr: SocketAddr,
        /// The system's error.
        error: io::Error,
    },
}

/// Listens on an address. Port 0 is any free one.
///
/// # Errors
/// It cannot listen there.
pub async fn listen(addr: SocketAddr) -> Result<TcpListener, ListenError> {
    if !clock::is_plausible() {
        return Err(ListenError::Clock);
    }
    TcpListener::bind(addr).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => ListenError::InUse(addr),
        io::ErrorKind::PermissionDenied => ListenError::NotAllowed(addr),
        io::ErrorKind::AddrNotAvailable => ListenError::NoSuchAddress(addr),
        _ => ListenError::Other { addr, error },
    })
}
