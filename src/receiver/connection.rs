//! Connections that can be closed without an answer, which a handler by itself cannot do.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::clock;

/// How far the receiver is on its way to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Takes requests.
    Serving,
    /// Takes no more, and finishes what it is at.
    Stopping,
    /// Drops what is left.
    Cut,
}

/// Accepts [`Connection`]s.
pub(super) struct Connections {
    pub(super) listener: TcpListener,
    pub(super) phase: watch::Receiver<Phase>,
}

impl Listener for Connections {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            // The trait's own `accept`, which survives errors such as too many open files.
            let (stream, peer) = Listener::accept(&mut self.listener).await;
            // hyper writes the date into each response, and panics at times that have none.
            if clock::is_plausible() {
                return (Connection::new(stream, self.phase.clone()), peer);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Lets a handler close its connection instead of answering.
#[derive(Debug, Clone, Default)]
pub(super) struct Closer(Arc<AtomicBool>);

impl Closer {
    /// From now on nothing is written: whatever the handler answers closes the connection.
    pub(super) fn close_unanswered(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_closed(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Connected<IncomingStream<'_, Connections>> for Closer {
    fn connect_info(stream: IncomingStream<'_, Connections>) -> Self {
        stream.io().closer.clone()
    }
}

/// A TCP stream that fails once its handler closed it or the receiver is cut.
pub(super) struct Connection {
    stream: TcpStream,
    closer: Closer,
    /// Ends when the receiver is cut; gone when it has.
    until_cut: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Connection {
    fn new(stream: TcpStream, mut phase: watch::Receiver<Phase>) -> Self {
        let until_cut = async move {
            // An error says that the receiver was dropped, which cuts as well.
            let _ = phase.wait_for(|phase| *phase == Phase::Cut).await;
        };
        Self { stream, closer: Closer::default(), until_cut: Some(Box::pin(until_cut)) }
    }

    /// Fails when nothing may pass any more. The stream is then reset when it is dropped, so that
    /// the peer takes it for no orderly end.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if let Some(until_cut) = &mut self.until_cut
            && until_cut.as_mut().poll(cx).is_ready()
        {
            self.until_cut = None;
        }
        if self.until_cut.is_some() && !self.closer.is_closed() {
            return Ok(());
        }
        self.stream.set_zero_linger()?;
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
