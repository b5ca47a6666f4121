//! Detects bytes that an endpoint sent unsolicited over a kept connection: they are not a response to the next
//! request.

use std::io;
use std::mem::MaybeUninit;

use socket2::SockRef;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// How many parts are read from a socket to check whether a response is waiting.
const MAX_READS: usize = 16;

/// A request was not written to a connection.
#[derive(Debug, thiserror::Error)]
#[error("the connection held a response that no request had asked for, or was closed")]
pub struct Unsolicited;

/// Whether no bytes are waiting on the connection, and it is open. Costs one system call: the runtime's view of the
/// socket may be outdated.
pub fn is_plain_clear(stream: &TcpStream) -> bool {
    let peeked = SockRef::from(stream).peek(&mut [MaybeUninit::uninit()]);
    peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}

/// The same over TLS. Tickets and key updates are not responses, and may arrive at any time (RFC 8446, section 4.6).
pub fn is_tls_clear(stream: &mut TlsStream<TcpStream>) -> bool {
    let (socket, session) = stream.get_mut();
    let socket = SockRef::from(&*socket);
    for _ in 0..MAX_READS {
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
