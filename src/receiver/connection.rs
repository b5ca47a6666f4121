//! Connections that can be closed without a response, which a handler alone cannot do.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::listening::PatientStream;

/// The phases of the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Accepts requests.
    Serving,
    /// Accepts no more requests, and finishes current ones.
    Stopping,
    /// Drops everything that is left.
    Cut,
}

/// Lets a handler close its connection instead of responding.
#[derive(Debug, Clone, Default)]
pub(super) struct Closer(Arc<AtomicBool>);

impl Closer {
    /// From now on nothing is written: any response of the handler closes the connection.
    pub(super) fn close_without_response(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_closed(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A TCP stream that fails once its handler has closed it, the receiver has cut it off, or its peer does not read.
pub(super) struct Connection {
    stream: PatientStream<TcpStream>,
    closer: Closer,
    /// Completes when the receiver is cut; none afterwards.
    until_cut: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, mut phase: watch::Receiver<Phase>, patience: Duration) -> Self {
        let until_cut = async move {
            // An error means that the receiver was dropped, which counts as a cut.
            let _ = phase.wait_for(|phase| *phase == Phase::Cut).await;
        };
        let until_cut: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(until_cut);
        let stream = PatientStream::new(stream, patience);
        Self { stream, closer: Closer::default(), until_cut: Some(until_cut) }
    }

    /// A handle that closes it.
    pub(super) fn closer(&self) -> Closer {
        self.closer.clone()
    }

    /// Fails once the connection is closed. The stream is then reset when it is dropped, so that the peer does not
    /// see a clean end.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if let Some(until_cut) = &mut self.until_cut
            && until_cut.as_mut().poll(cx).is_ready()
        {
            self.until_cut = None;
        }
        if self.until_cut.is_some() && !self.closer.is_closed() {
            return Ok(());
        }
        self.stream.get_ref().set_zero_linger()?;
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
