//! What systemd gives and wants: a listening socket (`LISTEN_FDS`), and reports of the state (`NOTIFY_SOCKET`,
//! `Type=notify`). Without systemd nothing happens.

use std::env;
use std::io;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use listenfd::ListenFd;
use tokio::net::TcpListener;

/// The socket of a systemd socket unit, if this process was started by one.
///
/// # Errors
/// It has several sockets, or one that is not a listening TCP socket.
pub fn activated() -> io::Result<Option<TcpListener>> {
    let mut sockets = ListenFd::from_env();
    if sockets.len() > 1 {
        return Err(io::Error::other("the socket unit has several sockets: one ListenStream is expected"));
    }
    let Some(listener) = sockets.take_tcp_listener(0)? else { return Ok(None) };
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener).map(Some)
}

/// A state that is reported to systemd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemdState {
    /// Requests are served.
    Ready,
    /// The process is about to end.
    Stopping,
}

impl SystemdState {
    /// Reports it, if systemd wants to know.
    ///
    /// # Errors
    /// The socket cannot be used.
    pub fn notify(self) -> io::Result<()> {
        let Some(name) = env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty()) else { return Ok(()) };
        let text: &[u8] = match self {
            Self::Ready => b"READY=1\n",
            Self::Stopping => b"STOPPING=1\n",
        };
        UnixDatagram::unbound()?.send_to_addr(text, &address(name.as_encoded_bytes())?).map(drop)
    }
}

/// The address of a socket: a path, or a name in the abstract namespace, which begins with `@`.
fn address(name: &[u8]) -> io::Result<SocketAddr> {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    #[cfg(target_os = "linux")]
    if let Some(name) = name.strip_prefix(b"@") {
        use std::os::linux::net::SocketAddrExt as _;
        return SocketAddr::from_abstract_name(name);
    }
    SocketAddr::from_pathname(OsStr::from_bytes(name))
}
