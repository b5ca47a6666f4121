//! The running receiver.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::clock;

use super::answering::Answering;
use super::behaviour::Behaviour;
use super::connection::{Connection, Phase};
use super::crowd::Crowd;
use super::error::ReceiverError;
use super::limits::{HEAD_READ, ReceiverLimits};
use super::requests::Requests;

/// How long [`Receiver::stop`] waits for answers that are under way.
const GRACE: Duration = Duration::from_secs(1);

/// How long to wait where the system gives no connection, as with too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// A running HTTP endpoint. Dropping it closes its port and its connections at once;
/// [`Receiver::stop`] finishes what it is at first.
pub struct Receiver {
    addr: SocketAddr,
    answering: Arc<Answering>,
    phase: watch::Sender<Phase>,
    serving: JoinHandle<()>,
    /// Closed when serving has ended.
    alive: watch::Receiver<()>,
}

impl Receiver {
    /// Listens and answers, on the running Tokio runtime. Port 0 takes any free one.
    ///
    /// # Errors
    /// When it cannot listen there.
    pub async fn start(listen: SocketAddr, behaviour: Behaviour) -> Result<Self, ReceiverError> {
        Self::start_within(listen, behaviour, ReceiverLimits::default()).await
    }

    /// As [`Receiver::start`], with limits of one's own.
    ///
    /// # Errors
    /// When it cannot listen there.
    pub async fn start_within(
        listen: SocketAddr,
        behaviour: Behaviour,
        limits: ReceiverLimits,
    ) -> Result<Self, ReceiverError> {
        if !clock::is_plausible() {
            return Err(ReceiverError::Clock);
        }
        let failed = |error| ReceiverError::listening(listen, error);
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let (phase, phases) = watch::channel(Phase::Serving);
        let (full, is_full) = watch::channel(false);
        let crowd = Crowd::new(is_full, limits.crowded);
        let answering = Arc::new(Answering::new(behaviour, limits, phases.clone(), crowd.clone()));
        let (living, alive) = watch::channel(());
        let own = Arc::clone(&answering);
        let serving = tokio::spawn(async move {
            // Goes with the task, however that ends.
            let _living = living;
            serve(listener, own, limits, phases, (full, crowd)).await;
        });
        Ok(Self { addr, answering, phase, serving, alive })
    }

    /// Where it listens, with the real port.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How it answers.
    #[must_use]
    pub fn behaviour(&self) -> Behaviour {
        self.answering.behaviour()
    }

    /// Changes how it answers from the next request on. With another `fail_first` the tries of each
    /// delivery are counted from 1 again.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.answering.set_behaviour(behaviour);
    }

    /// The requests that arrive from now on, each before it is answered.
    #[must_use]
    pub fn requests(&self) -> Requests {
        self.answering.readers.add()
    }

    /// Waits until it listens no more, for whatever reason.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut alive = self.alive.clone();
        async move { while alive.changed().await.is_ok() {} }
    }

    /// Takes no more requests, gives answers under way a second, and cuts what is left. Requests
    /// that hang are cut at once.
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

/// Accepts connections until it is to stop, and waits for their ends.
async fn serve(
    listener: TcpListener,
    answering: Arc<Answering>,
    limits: ReceiverLimits,
    phases: watch::Receiver<Phase>,
    (full, crowd): (watch::Sender<bool>, Crowd),
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
            stream = accepted(&listener) => {
                let connection = Connection::new(stream, phases.clone(), limits.response);
                let stopping = self::stopping(phases.clone());
                let crowd = crowd.clone();
                connections.spawn(serve_one(connection, Arc::clone(&answering), limits.head, crowd, stopping));
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Until the receiver takes no more requests, or was dropped.
async fn stopping(mut phases: watch::Receiver<Phase>) {
    let _ = phases.wait_for(|phase| *phase != Phase::Serving).await;
}

/// The next connection, whatever becomes of others.
async fn accepted(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            // hyper writes the date into each response, and panics at times that have none.
            Ok((stream, _)) if clock::is_plausible() => return stream,
            Ok(_) => {}
            Err(error) if is_of_connection(&error) => {}
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// Whether an error is that of one connection, which was closed before it was accepted.
fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Serves one connection until its end: its peer's; the next time that it is idle once the receiver is
/// `stopping`, or in a crowd once it has had an answer; or in a crowd, when a head takes too long.
async fn serve_one(
    connection: Connection,
    answering: Arc<Answering>,
    head: Duration,
    crowd: Crowd,
    stopping: impl Future<Output = ()>,
) {
    let closer = connection.closer();
    let answered = Notify::new();
    // Since when it waits for the head of a request.
    let (waiting, waits) = watch::channel(Some(Instant::now()));
    let service = service_fn(|request| {
        let (answering, closer, answered, waiting) = (&answering, &closer, &answered, &waiting);
        async move {
            waiting.send_replace(None);
            let answer = answering.answer(request, closer).await;
            waiting.send_replace(Some(Instant::now()));
            answered.notify_one();
            Ok::<_, Infallible>(answer)
        }
    });
    let idle_in_crowd = async {
        crowd.full().await;
        answered.notified().await;
    };
    let mut slow_head = pin!(crowd.outlasted_by_head(waits));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head).max_buf_size(HEAD_READ);
    let mut serving = pin!(http.serve_connection(TokioIo::new(connection), service));
    // What a connection ends with is its own affair.
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
    async fn an_end_that_nobody_asked_for_is_told() {
        let receiver = Receiver::start(([127, 0, 0, 1], 0).into(), Behaviour::default()).await.unwrap();
        let ended = receiver.ended();
        tokio::pin!(ended);
        let early = tokio::time::timeout(Duration::from_millis(20), &mut ended).await;
        assert!(early.is_err(), "it listens");
        receiver.serving.abort();
        tokio::time::timeout(Duration::from_secs(5), ended).await.expect("told in time");
    }
}
