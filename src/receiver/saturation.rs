//! The behaviour while all connections are in use: slow requests make room for others.

use std::future::pending;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Whether all connections are in use.
#[derive(Debug, Clone)]
pub(super) struct Saturation {
    is_full: watch::Receiver<bool>,
    /// How long the head of a request may take to arrive then, and its body.
    most: Duration,
}

impl Saturation {
    pub(super) fn new(is_full: watch::Receiver<bool>, most: Duration) -> Self {
        Self { is_full, most }
    }

    /// Waits until all connections are in use.
    pub(super) async fn full(&self) {
        if self.is_full.clone().wait_for(|is_full| *is_full).await.is_err() {
            pending::<()>().await;
        }
    }

    /// Waits until all connections are in use and something that started at this time has taken too long for that.
    pub(super) async fn outlasted(&self, since: Instant) {
        sleep_until(since + self.most).await;
        self.full().await;
    }

    /// The same for each head that a connection waits for; none while it responds to a request.
    pub(super) async fn outlasted_by_head(&self, mut waits: watch::Receiver<Option<Instant>>) {
        loop {
            let Ok(since) = waits.wait_for(Option::is_some).await.map(|since| *since) else { break };
            tokio::select! {
                _ = waits.changed() => {}
                () = async { if let Some(since) = since { self.outlasted(since).await } } => return,
            }
        }
        pending::<()>().await;
    }
}
