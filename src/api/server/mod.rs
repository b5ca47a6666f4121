//! The server: connections with their limits, and a stop that drops no accepted request.

mod activity;
mod app;
mod connection;
mod limits;
mod systemd;
mod tls;
mod unread_body;

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::listening::accepted;
pub(super) use activity::Lasting;
pub use app::App;
pub use connection::Peer;
use connection::{Connection, Crowd};
pub use limits::ServerLimits;
pub use systemd::{SystemdState, activated};
pub use tls::{ServerTls, TlsError, TlsFiles, TlsNews};

/// A running server. Dropping it closes its port and its connections at once.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    stopping: watch::Sender<bool>,
    serving: JoinHandle<()>,
    /// How long a stop waits.
    patience: Duration,
}

impl Server {
    /// Serves an application, on the current Tokio runtime; over TLS if there is a certificate for it.
    ///
    /// # Errors
    /// The address of the listener cannot be determined.
    pub fn start(
        listener: TcpListener,
        tls: Option<ServerTls>,
        app: impl App,
        limits: ServerLimits,
    ) -> io::Result<Self> {
        let addr = listener.local_addr()?;
        let (stopping, stopped) = watch::channel(false);
        let serving = tokio::spawn(serve(listener, tls, app, limits, stopped));
        Ok(Self { addr, stopping, serving, patience: limits.stop })
    }

    /// The address that it listens on, with the real port.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Waits until it has ended without being stopped, which is a bug.
    pub async fn ended(&mut self) {
        // It cannot be cancelled, so an error is a panic.
        let _ = (&mut self.serving).await;
    }

    /// Accepts no more connections and requests, and waits until all requests that have arrived are responded to;
    /// a stream that does not end is cut off after a minute.
    pub async fn stop(mut self) {
        self.stopping.send_replace(true);
        if !self.serving.is_finished() {
            let patience = self.patience;
            // What is left is cut off when this is dropped.
            let _ = tokio::time::timeout(patience, self.ended()).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Accepts connections until it is stopped, and waits for their ends.
async fn serve(
    listener: TcpListener,
    tls: Option<ServerTls>,
    app: impl App,
    limits: ServerLimits,
    stopped: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    let (full, is_full) = watch::channel(false);
    let mut stopping = pin!(stopping(stopped.clone()));
    loop {
        while connections.try_join_next().is_some() {}
        let is_crowded = connections.len() >= limits.connections;
        full.send_if_modified(|full| std::mem::replace(full, is_crowded) != is_crowded);
        if is_crowded {
            tokio::select! {
                () = &mut stopping => break,
                _ = connections.join_next() => continue,
            }
        }
        tokio::select! {
            () = &mut stopping => break,
            (stream, peer) = accepted(&listener) => {
                let tls = tls.as_ref().map(ServerTls::config);
                let connection = Connection { peer, tls, limits, crowd: Crowd(is_full.clone()) };
                connections.spawn(connection.serve(stream, app.clone(), self::stopping(stopped.clone())));
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Waits until the server accepts no more requests, or was dropped.
async fn stopping(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

#[cfg(test)]
mod tests;
