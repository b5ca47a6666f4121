//! A connection, and what is known of the one that a request goes over.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// What is known of a connection. Clones are of the same one.
#[derive(Debug, Clone)]
pub(in crate::delivery) struct Line {
    /// Where it leads.
    pub address: SocketAddr,
    /// Bytes that came over it, within TLS where there is TLS.
    came: Arc<AtomicU64>,
    /// Those of them that belong to answers which were read to their end.
    settled: Arc<AtomicU64>,
}

impl Line {
    fn new(address: SocketAddr) -> Self {
        Self { address, came: Arc::default(), settled: Arc::default() }
    }

    /// An answer was read to its end.
    pub fn settle(&self) {
        self.settled.store(self.came.load(Ordering::Acquire), Ordering::Release);
    }

    /// Whether it has carried answers before, and nothing has come over it since. When it fails so, the
    /// server may have closed it before the request arrived.
    pub fn is_unanswered_after_others(&self) -> bool {
        let settled = self.settled.load(Ordering::Acquire);
        settled > 0 && settled == self.came.load(Ordering::Acquire)
    }
}

/// A connection, plain or secured.
pub(super) struct Wire {
    stream: Stream,
    line: Line,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Wire {
    pub fn plain(stream: TcpStream, address: SocketAddr) -> Self {
        Self { stream: Stream::Plain(stream), line: Line::new(address) }
    }

    pub fn secured(stream: TlsStream<TcpStream>, address: SocketAddr) -> Self {
        Self { stream: Stream::Tls(Box::new(stream)), line: Line::new(address) }
    }
}

impl Connection for Wire {
    fn connected(&self) -> Connected {
        let connected = Connected::new().extra(self.line.clone());
        match &self.stream {
            Stream::Tls(stream) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => {
                connected.negotiated_h2()
            }
            Stream::Tls(_) | Stream::Plain(_) => connected,
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let polled = match &mut this.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        };
        let came = buffer.filled().len() - before;
        if came > 0 {
            this.line.came.fetch_add(came as u64, Ordering::AcqRel);
        }
        polled
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, bytes),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
