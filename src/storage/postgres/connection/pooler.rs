//! A pooler between this program and the server, such as `PgBouncer`.
//!
//! Settings, prepared statements and notifications belong to a session. A pooler in session mode keeps a session for
//! each connection. In transaction mode the next statement may reach the session of somebody else, with the settings
//! of others: nothing may be set before it is known that this is not so.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Client;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::hosts::Hosts;
use crate::storage::postgres::connection::notified::Notified;
use crate::storage::server_problem::ServerProblem;

/// How long a notification may take on its way through a pooler.
const ECHO: Duration = Duration::from_secs(3);

/// For how long a pooler that kept sessions apart is trusted to do so.
const TRUSTED: Duration = Duration::from_mins(1);

/// What is known of the pooler of a server.
#[derive(Default)]
pub struct Pooler {
    kept_sessions_at: tokio::sync::Mutex<Option<Instant>>,
}

impl Pooler {
    /// Checks that what follows on this connection, which reaches the server's process `pid` now, reaches it ever
    /// after.
    pub async fn check(&self, hosts: &Hosts, client: &Client, pid: i32) -> Result<(), StoreError> {
        if announced_process(client).await == Some(pid) {
            return Ok(());
        }
        let mut kept_at = self.kept_sessions_at.lock().await;
        if kept_at.is_some_and(|at| at.elapsed() < TRUSTED) {
            return Ok(());
        }
        if !keeps_sessions(hosts).await? {
            return Err(ServerProblem::Pooled.into());
        }
        *kept_at = Some(Instant::now());
        Ok(())
    }
}

/// Whether each connection has a session of its own. One connection listens, and another one notifies: in transaction
/// mode the listening session is given to others meanwhile, and they get the notification.
async fn keeps_sessions(hosts: &Hosts) -> Result<bool, StoreError> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let (mut listening, mut other) = (Notified::open(hosts).await?, Notified::open(hosts).await?);
    let channel = format!("ringback_echo_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    listening.client.batch_execute(&format!("LISTEN {channel}")).await?;
    other.client.batch_execute(&format!("NOTIFY {channel}")).await?;
    let is_kept = tokio::select! {
        biased;
        heard = other.notifications.recv() => heard.is_none(),
        heard = listening.notifications.recv() => heard.is_some(),
        () = tokio::time::sleep(ECHO) => false,
    };
    if !is_kept {
        // Most likely this is the session that was given away. Whoever gets it next has no use for the channel.
        drop(other.client.batch_execute(&format!("UNLISTEN {channel}")).await);
    }
    Ok(is_kept)
}

/// The process that was announced when the connection was made. A pooler announces a number of its own.
///
/// The library keeps it for requests to cancel, so one is written, and to nobody.
async fn announced_process(client: &Client) -> Option<i32> {
    let written = Written::default();
    client.cancel_token().cancel_query_raw(written.clone(), Plain).await.ok()?;
    let written = written.0.lock().unwrap_or_else(PoisonError::into_inner);
    // The last two of its numbers are the process and its key.
    let (_, last) = written.split_last_chunk::<8>()?;
    let (process, _) = last.split_first_chunk::<4>()?;
    Some(i32::from_be_bytes(*process))
}

/// A stream that leads nowhere, and keeps what is written. Whether it can be secured, it agrees to.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

/// Secures nothing.
struct Plain;

impl TlsConnect<Written> for Plain {
    type Stream = Written;
    type Error = Infallible;
    type Future = Ready<Result<Written, Infallible>>;

    fn connect(self, stream: Written) -> Self::Future {
        ready(Ok(stream))
    }
}

impl TlsStream for Written {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Written {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if buffer.remaining() > 0 {
            buffer.put_slice(b"S");
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Written {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
