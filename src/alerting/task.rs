//! Gives alerts in the process that sends.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::targets::AlertTargets;
use crate::delivery::{SenderRole, SenderStatus};
use crate::storage::{Alert, AlertPace, NextAlert, Storage};

/// At most this often it is looked for alerts, while deliveries are recorded.
const LOOK: Duration = Duration::from_secs(1);

/// How long to wait after an error of the store. The sender reports it.
const PAUSE: Duration = Duration::from_secs(5);

/// Gives alerts for as long as this value exists and this process sends.
#[derive(Debug)]
pub struct AlertTask {
    task: JoinHandle<()>,
    stop: Option<oneshot::Sender<()>>,
}

impl AlertTask {
    /// Starts when this process becomes the active sender. `failed` receives each reason why an alert was not given.
    /// Needs a tokio runtime.
    #[must_use]
    pub fn start(
        store: Arc<dyn Storage>,
        targets: AlertTargets,
        status: watch::Receiver<SenderStatus>,
        failed: impl Fn(&str) + Send + Sync + 'static,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        let giving = Giving { store, targets, failed };
        Self { task: tokio::spawn(giving.run(status, stopped)), stop: Some(stop) }
    }

    /// Gives what has turned until now, if the last alert is a minute ago; the rest is left to the next process that
    /// sends.
    pub async fn finish(mut self) {
        drop(self.stop.take());
        // It was aborted, or has panicked.
        let _ = (&mut self.task).await;
    }
}

impl Drop for AlertTask {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Gives what has turned until now, in a process that does not send for long. As [`AlertTask::finish`].
pub async fn give_pending(
    store: Arc<dyn Storage>,
    targets: AlertTargets,
    failed: impl Fn(&str) + Send + Sync,
) {
    Giving { store, targets, failed }.give_pending().await;
}

struct Giving<F> {
    store: Arc<dyn Storage>,
    targets: AlertTargets,
    failed: F,
}

impl<F: Fn(&str) + Send + Sync> Giving<F> {
    async fn run(self, mut status: watch::Receiver<SenderStatus>, mut stopped: oneshot::Receiver<()>) {
        let mut changes = self.store.changes();
        let active = async |status: &mut watch::Receiver<SenderStatus>| {
            status.wait_for(|now| now.role == SenderRole::Active).await.is_ok()
        };
        let mut has_sent = false;
        loop {
            tokio::select! {
                biased;
                _ = &mut stopped => break,
                is_active = active(&mut status) => if !is_active { break },
            }
            has_sent = true;
            changes.mark_unchanged();
            let rest = match self.store.take_alert(AlertPace::USUAL).await {
                Ok(NextAlert::Taken(alert)) => {
                    self.give(&alert).await;
                    continue;
                }
                Ok(NextAlert::After(wait)) => wait.max(Duration::from_millis(10)),
                Ok(NextAlert::Nothing) => Duration::MAX,
                Err(_) => PAUSE,
            };
            let news = async {
                tokio::time::sleep(LOOK).await;
                if changes.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                biased;
                _ = &mut stopped => break,
                () = news => {}
                () = tokio::time::sleep(rest) => {}
            }
        }
        if has_sent {
            self.give_pending().await;
        }
    }

    /// Gives what has turned until now, if the last alert is a minute ago.
    async fn give_pending(&self) {
        if let Ok(NextAlert::Taken(alert)) = self.store.take_alert(AlertPace::USUAL.at_once()).await {
            self.give(&alert).await;
        }
    }

    async fn give(&self, alert: &Alert) {
        // Where the store cannot be used it stays taken, and is given again later.
        let Ok(given) = self.targets.give(&*self.store, alert).await else { return };
        let failure = given.failure();
        let _ = self.store.finish_alert(alert.id, failure.clone()).await;
        if let Some(why) = failure {
            (self.failed)(&format!("an alert was not given: {why}"));
        }
    }
}
