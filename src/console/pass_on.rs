//! Sends changes of a watched value as messages.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use crate::console::model::message::Message;

/// The minimum interval between two messages.
const MIN_INTERVAL: Duration = Duration::from_millis(50);

/// Sends each change as a message: always the last one, and at most one per [`MIN_INTERVAL`].
pub async fn pass_on<T>(
    mut changes: watch::Receiver<T>,
    tx: UnboundedSender<Message>,
    message: impl Fn(&T) -> Message,
) {
    loop {
        let news = message(&changes.borrow_and_update());
        if tx.send(news).is_err() {
            return;
        }
        tokio::time::sleep(MIN_INTERVAL).await;
        if changes.changed().await.is_err() {
            return;
        }
    }
}
