//! Connections that can be closed without a response, which a handler alone cannot do.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

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
    stream: TcpStream,
    closer: Closer,
    /// Completes when the receiver is cut; none afterwards.
    until_cut: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// How long the peer may stop reading.
    patience: Duration,
    /// The remaining time, while the peer is not reading.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, mut phase: watch::Receiver<Phase>, patience: Duration) -> Self {
        let until_cut = async move {
            // An error means that the receiver was dropped, which counts as a cut.
            let _ = phase.wait_for(|phase| *phase == Phase::Cut).await;
        };
        let until_cut: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(until_cut);
        Self { stream, closer: Closer::default(), until_cut: Some(until_cut), patience, stalled: None }
    }

    /// A handle that closes it.
    pub(super) fn closer(&self) -> Closer {
        self.closer.clone()
    }

    /// The result of a write; an error if the peer has not read anything for too long.
    fn within_patience(
        &mut self,
        written: Poll<io::Result<usize>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let patience = self.patience;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
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
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.within_patience(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.within_patience(written, cx)
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

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_peer_that_does_not_read_ends_the_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let (_serving, phase) = watch::channel(Phase::Serving);
        let mut connection = Connection::new(stream, phase, Duration::from_millis(50));
        let bytes = vec![0; 1 << 20];
        let error = loop {
            if let Err(error) = connection.write_all(&bytes).await {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
