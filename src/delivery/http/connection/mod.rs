//! The byte stream of a connection, between socket and HTTP library.

mod budget;
mod http2_frames;
pub mod info;
mod unsolicited;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::delivery::http::connection_limit::Slot;
use crate::delivery::http::tls_session::TlsSession;
use budget::Budget;
use info::ConnInfo;

/// A connection, plain or secured.
pub struct Conn {
    stream: Stream,
    info: ConnInfo,
    is_http2: bool,
    budget: Budget,
    /// Everything written is flushed: over HTTP/1.1 the next write starts a request.
    is_flushed: bool,
    replay: Option<Replay>,
    /// Must be the last field: the slot is free once this connection is closed.
    slot: Slot,
}

/// Bytes to be read again.
struct Replay {
    bytes: Bytes,
    /// The library accepts no response before it has written a request.
    is_begun: bool,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Conn {
    pub fn plain(stream: TcpStream, address: SocketAddr, slot: Slot) -> Self {
        Self::over(Stream::Plain(stream), address, slot, false)
    }

    pub fn secured(stream: TlsStream<TcpStream>, address: SocketAddr, slot: Slot) -> Self {
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Self::over(Stream::Tls(Box::new(stream)), address, slot, is_http2)
    }

    fn over(stream: Stream, address: SocketAddr, slot: Slot, is_http2: bool) -> Self {
        let budget = if is_http2 { Budget::of_frames() } else { Budget::of_bytes() };
        let info = ConnInfo::new(address, Arc::clone(&slot.usage));
        Self { stream, info, is_http2, budget, is_flushed: true, replay: None, slot }
    }

    /// What was negotiated; none without TLS.
    pub fn tls_session(&self) -> Option<TlsSession> {
        match &self.stream {
            Stream::Plain(_) => None,
            Stream::Tls(stream) => Some(TlsSession::of(stream.get_ref().1)),
        }
    }

    /// Makes these bytes, which came and were not understood, the next ones to be read. The request that is
    /// written next goes nowhere: it was written before. Those after it do.
    pub fn replay(&mut self, bytes: Bytes) {
        self.replay = Some(Replay { bytes, is_begun: false });
    }

    /// Its state.
    pub fn info(&self) -> ConnInfo {
        self.info.clone()
    }

    /// Whether HTTP/2 was negotiated.
    pub fn is_http2(&self) -> bool {
        self.is_http2
    }

    /// Whether it is being closed to make room for another one. Nothing was in flight over it then, and nothing is
    /// written to it any more.
    fn is_closing(&mut self) -> bool {
        let closing = self.slot.usage.is_closing();
        if closing {
            self.info.refuse();
        }
        closing
    }

    /// Called before anything is written. Bytes already waiting on a kept connection would be taken for the response.
    /// Whether it is to be written: the request of what is replayed is not.
    ///
    /// # Errors
    /// Bytes are waiting, or it is being closed. The request is sent over another connection.
    fn begin_write(&mut self) -> io::Result<bool> {
        if self.is_closing() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let begins = std::mem::take(&mut self.is_flushed);
        if let Some(replay) = &mut self.replay
            && !(begins && replay.is_begun)
        {
            replay.is_begun = true;
            return Ok(false);
        }
        let is_read = self.replay.take().is_none_or(|replay| replay.bytes.is_empty());
        let begins = begins && !self.is_http2 && self.info.has_received();
        let is_clear = !begins
            || is_read
                && match &mut self.stream {
                    Stream::Plain(stream) => unsolicited::is_plain_clear(stream),
                    Stream::Tls(stream) => unsolicited::is_tls_clear(stream),
                };
        if !is_clear {
            self.info.refuse();
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, unsolicited::Unsolicited));
        }
        Ok(true)
    }
}

impl AsyncRead for Conn {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.is_http2 {
            // It is driven by a separate task. Over HTTP/1.1 it is dropped by its owner.
            this.slot.usage.register(cx);
        }
        if this.is_closing() {
            // The end of the stream.
            return Poll::Ready(Ok(()));
        }
        if let Some(Replay { bytes, is_begun }) = &mut this.replay {
            if !*is_begun {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if !bytes.is_empty() {
                buffer.put_slice(&bytes.split_to(bytes.len().min(buffer.remaining())));
                return Poll::Ready(Ok(()));
            }
        }
        let before = buffer.filled().len();
        let polled = match &mut this.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        };
        let came = buffer.filled().len() - before;
        if came > 0 {
            this.info.note_received(came, this.is_http2);
            let spent = this.budget.spend(&buffer.filled()[before..], this.info.progress());
            if let Some(allowed) = this.budget.allowed() {
                this.info.note_max_streams(allowed);
            }
            spent?;
        }
        polled
    }
}

impl AsyncWrite for Conn {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if !this.begin_write()? {
            return Poll::Ready(Ok(bytes.len()));
        }
        match &mut this.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if !this.begin_write()? {
            return Poll::Ready(Ok(bytes.iter().map(|part| part.len()).sum()));
        }
        match &mut this.stream {
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
        let this = self.get_mut();
        let flushed = match &mut this.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        };
        this.is_flushed |= flushed.is_ready();
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        // So that the peer can distinguish the end from a broken connection (RFC 8446, section 6.1).
        if let Stream::Tls(stream) = &mut self.stream {
            let (socket, session) = stream.get_mut();
            session.send_close_notify();
            // If it does not fit, the socket is full of bytes that the peer has not read.
            let _ = session.write_tls(&mut &*SockRef::from(&*socket));
        }
    }
}

#[cfg(test)]
mod tests;
