//! What happens while all connections are taken: requests that arrive slowly make room for others.

use std::future::pending;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Whether all connections are taken.
#[derive(Debug, Clone)]
pub(super) struct Crowd {
    is_full: watch::Receiver<bool>,
    /// How long the head of a request may take to arrive then, and its body.
    most: Duration,
}

impl Crowd {
    pub(super) fn new(is_full: watch::Receiver<bool>, most: Duration) -> Self {
        Self { is_full, most }
    }

    /// Until all connections are taken.
    pub(super) async fn full(&self) {
        if self.is_full.clone().wait_for(|is_full| *is_full).await.is_err() {
            pending::<()>().await;
        }
    }

    /// Until all connections are taken, and what began at this time takes too long for that.
    pub(super) async fn outlasted(&self, since: Instant) {
        sleep_until(since + self.most).await;
        self.full().await;
    }

    /// The same of each head that a connection waits for; none while it answers a request.
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
