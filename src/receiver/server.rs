//! The running receiver.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::handler::Handler;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

use crate::clock;

use super::answering::{Answering, take};
use super::behaviour::Behaviour;
use super::connection::{Closer, Connections, Phase};
use super::error::ReceiverError;
use super::received::Received;

/// Requests kept for a reader that is slow; it then misses the oldest, and is told how many.
pub const REQUESTS_KEPT: usize = 1000;

/// How long [`Receiver::stop`] waits for answers that are under way.
const GRACE: Duration = Duration::from_secs(1);

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
        if !clock::is_plausible() {
            return Err(ReceiverError::Clock);
        }
        let failed = |error| ReceiverError::listening(listen, error);
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let (phase, phases) = watch::channel(Phase::Serving);
        let (requests, _) = broadcast::channel(REQUESTS_KEPT);
        let answering = Arc::new(Answering::new(behaviour, requests, phases.clone()));
        let service = take.with_state(Arc::clone(&answering)).into_make_service_with_connect_info::<Closer>();
        let connections = Connections { listener, phase: phases.clone() };
        let (living, alive) = watch::channel(());
        let serving = tokio::spawn(async move {
            // Goes with the task, however that ends.
            let _living = living;
            let mut phases = phases;
            let until_stopped = async move {
                let _ = phases.wait_for(|phase| *phase != Phase::Serving).await;
            };
            // Serving gives no error: what a connection ends with is its own affair.
            let _ = axum::serve(connections, service).with_graceful_shutdown(until_stopped).await;
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

    /// The requests that arrive from now on, each before it is answered. A slow reader gets
    /// `RecvError::Lagged` with the number it missed; the end is `RecvError::Closed`.
    #[must_use]
    pub fn requests(&self) -> broadcast::Receiver<Arc<Received>> {
        self.answering.requests.subscribe()
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
