//! Connections of a listening socket.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

use crate::clock;

/// How long to wait if the system cannot accept a connection, as with too many open files.
const PAUSE: Duration = Duration::from_secs(1);

/// The next connection and its peer, regardless of failed ones.
pub async fn accepted(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            // hyper writes the date into each response, and panics at times that cannot be formatted.
            Ok(accepted) if clock::is_plausible() => return accepted,
            Ok(_) => {}
            Err(error) if is_of_connection(&error) => {}
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Whether an error concerns a single connection, which was closed before it was accepted.
fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
