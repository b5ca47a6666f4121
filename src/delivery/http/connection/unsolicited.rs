//! What an endpoint wrote to a kept connection before it was asked: no response to the next request.

use std::io;
use std::mem::MaybeUninit;

use socket2::SockRef;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// The most parts that are read from a socket to look whether a response lies there.
const MOST: usize = 16;

/// A request was not written to a connection.
#[derive(Debug, thiserror::Error)]
#[error("the connection held a response that no request had asked for, or was closed")]
pub struct Unsolicited;

/// Whether nothing lies on the connection, and it is open. Costs one system call: what the runtime
/// knows of the socket may be older than what lies there.
pub fn is_plain_clear(stream: &TcpStream) -> bool {
    let peeked = SockRef::from(stream).peek(&mut [MaybeUninit::uninit()]);
    peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}

/// The same over TLS. Tickets and new keys are no response, and may come at any time (RFC 8446, section 4.6).
pub fn is_tls_clear(stream: &mut TlsStream<TcpStream>) -> bool {
    let (socket, session) = stream.get_mut();
    let socket = SockRef::from(&*socket);
    for _ in 0..MOST {
        match session.process_new_packets() {
            Ok(state) if state.plaintext_bytes_to_read() == 0 && !state.peer_has_closed() => {}
            Ok(_) | Err(_) => return false,
        }
        match session.read_tls(&mut &*socket) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
        }
    }
    false
}
