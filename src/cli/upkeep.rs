//! What a command that sends does beside sending: it applies the retention, and gives alerts.

use tokio::sync::watch;

use super::command_sender::warn_of_clock;
use super::console::keep;
use super::output::eprint_line;
use crate::alerting::{AlertTargets, AlertTask};
use crate::delivery::{RetentionTask, SenderStatus};
use crate::settings::Settings;
use crate::storage::{Opened, RetentionPolicy};

/// What a command that sends does beside sending. Dropping it ends that.
#[derive(Debug)]
pub struct Upkeep {
    keep: RetentionPolicy,
    targets: Option<AlertTargets>,
    running: Option<(RetentionTask, Option<AlertTask>)>,
}

impl Upkeep {
    /// As the settings say. Nothing is done before it is [started](Self::start).
    pub fn of(settings: &Settings) -> Self {
        Self { keep: keep(settings), targets: AlertTargets::of(settings), running: None }
    }

    /// Begins when this process becomes the active sender.
    pub fn start(&mut self, store: &Opened, status: watch::Receiver<SenderStatus>) {
        let retention = RetentionTask::start(store.storage(), self.keep, status.clone(), warn_of_clock);
        let targets = self.targets.clone();
        let alerts = targets.map(|targets| AlertTask::start(store.storage(), targets, status, warn_of_alert));
        self.running = Some((retention, alerts));
    }

    /// Ends it. If the work of the command is done, what has turned until now is given before.
    pub async fn end(&mut self, is_done: bool) {
        if let Some((_, Some(alerts))) = self.running.take()
            && is_done
        {
            alerts.finish().await;
        }
    }
}

/// Reports that an alert was not given.
pub fn warn_of_alert(why: &str) {
    eprint_line(&format!("ringback: {why}"));
}
