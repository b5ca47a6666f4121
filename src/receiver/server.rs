//! The running receiver.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::listening::{ListenError, accepted, listen};

use super::behaviour::Behaviour;
use super::connection::{Connection, Phase};
use super::handler::Handler;
use super::limits::{HEAD_READ, ReceiverLimits};
use super::requests::Requests;
use super::saturation::Saturation;

/// How long [`Receiver::stop`] waits for responses in progress.
const GRACE: Duration = Duration::from_secs(1);

/// A running HTTP endpoint. Dropping it closes its port and its connections at once; [`Receiver::stop`] finishes
/// current requests first.
pub struct Receiver {
    addr: SocketAddr,
    handler: Arc<Handler>,
    phase: watch::Sender<Phase>,
    serving: JoinHandle<()>,
    /// Closed when serving has ended.
    alive: watch::Receiver<()>,
}

impl Receiver {
    /// Listens and responds, on the current Tokio runtime. Port 0 is any free one.
    ///
    /// # Errors
    /// It cannot listen there.
    pub async fn start(addr: SocketAddr, behaviour: Behaviour) -> Result<Self, ListenError> {
        Self::start_within(addr, behaviour, ReceiverLimits::default()).await
    }

    /// As [`Receiver::start`], with custom limits.
    ///
    /// # Errors
    /// It cannot listen there.
    pub async fn start_within(
        addr: SocketAddr,
        behaviour: Behaviour,
        limits: ReceiverLimits,
    ) -> Result<Self, ListenError> {
        let listener = listen(addr).await?;
        let addr = listener.local_addr().map_err(|error| ListenError::Other { addr, error })?;
        let (phase, phases) = watch::channel(Phase::Serving);
        let (full, is_full) = watch::channel(false);
        let saturation = Saturation::new(is_full, limits.crowded);
        let handler = Arc::new(Handler::new(behaviour, limits, phases.clone(), saturation.clone()));
        let (living, alive) = watch::channel(());
        let own = Arc::clone(&handler);
        let serving = tokio::spawn(async move {
            // Dropped with the task, however that ends.
            let _living = living;
            serve(listener, own, limits, phases, (full, saturation)).await;
        });
        Ok(Self { addr, handler, phase, serving, alive })
    }

    /// The address that it listens on, with the real port.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How it responds.
    #[must_use]
    pub fn behaviour(&self) -> Behaviour {
        self.handler.behaviour()
    }

    /// Changes how it responds from the next request on. If `fail_first` or the script changes, the attempts of each
    /// delivery are counted from 1 again.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.handler.set_behaviour(behaviour);
    }

    /// The requests from now on, each before its response.
    #[must_use]
    pub fn requests(&self) -> Requests {
        self.handler.readers.add()
    }

    /// Waits until it no longer listens, for whatever reason.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut alive = self.alive.clone();
        async move { while alive.changed().await.is_ok() {} }
    }

    /// Accepts no more requests, gives responses in progress a second, and cuts off everything that is left. Requests
    /// that hang are cut off at once.
    pub async fn stop(mut self) {
        self.phase.send_replace(Phase::Stopping);
        if tokio::time::timeout(GRACE, &mut self.serving).await.is_err() {
            self.phase.send_replace(Phase::Cut);
            if tokio::time::timeout(GRACE, &mut self.serving).await.is_err() {
                self.serving.abort();
            }
        }
    }
}

/// Accepts connections until it is stopped, and waits for their ends.
async fn serve(
    listener: TcpListener,
    handler: Arc<Handler>,
    limits: ReceiverLimits,
    phases: watch::Receiver<Phase>,
    (full, saturation): (watch::Sender<bool>, Saturation),
) {
    let mut connections = JoinSet::new();
    let mut stopping = pin!(stopping(phases.clone()));
    loop {
        while connections.try_join_next().is_some() {}
        let is_full = connections.len() >= limits.connections;
        full.send_replace(is_full);
        if is_full {
            tokio::select! {
                () = &mut stopping => break,
                _ = connections.join_next() => continue,
            }
        }
        tokio::select! {
            () = &mut stopping => break,
            (stream, _) = accepted(&listener) => {
                let connection = Connection::new(stream, phases.clone(), limits.response);
                let stopping = self::stopping(phases.clone());
                let saturation = saturation.clone();
                connections.spawn(serve_one(connection, Arc::clone(&handler), limits.head, saturation, stopping));
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Waits until the receiver accepts no more requests, or was dropped.
async fn stopping(mut phases: watch::Receiver<Phase>) {
    let _ = phases.wait_for(|phase| *phase != Phase::Serving).await;
}

/// Serves one connection until it ends: closed by its peer; when it is idle and the receiver is `stopping`, or while
/// all connections are in use after a response; or when a head takes too long while all are in use.
async fn serve_one(
    connection: Connection,
    handler: Arc<Handler>,
    head: Duration,
    saturation: Saturation,
    stopping: impl Future<Output = ()>,
) {
    let closer = connection.closer();
    let answered = Notify::new();
    // Since when it has been waiting for the head of a request.
    let (waiting, waits) = watch::channel(Some(Instant::now()));
    let service = service_fn(|request| {
        let (handler, closer, answered, waiting) = (&handler, &closer, &answered, &waiting);
        async move {
            waiting.send_replace(None);
            let answer = handler.reply(request, closer).await;
            waiting.send_replace(Some(Instant::now()));
            answered.notify_one();
            Ok::<_, Infallible>(answer)
        }
    });
    let idle_in_crowd = async {
        saturation.full().await;
        answered.notified().await;
    };
    let mut slow_head = pin!(saturation.outlasted_by_head(waits));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head).max_buf_size(HEAD_READ);
    let mut serving = pin!(http.serve_connection(TokioIo::new(connection), service));
    // Errors of a connection are ignored.
    tokio::select! {
        _ = &mut serving => return,
        () = &mut slow_head => return,
        () = stopping => {}
        () = idle_in_crowd => {}
    }
    serving.as_mut().graceful_shutdown();
    tokio::select! {
        _ = serving => {}
        () = slow_head => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_unexpected_end_is_reported() {
        let receiver = Receiver::start(([127, 0, 0, 1], 0).into(), Behaviour::default()).await.unwrap();
        let ended = receiver.ended();
        tokio::pin!(ended);
        let early = tokio::time::timeout(Duration::from_millis(20), &mut ended).await;
        assert!(early.is_err(), "it listens");
        receiver.serving.abort();
        tokio::time::timeout(Duration::from_secs(5), ended).await.expect("told in time");
    }
}
