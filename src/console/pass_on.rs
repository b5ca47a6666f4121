//! Sends changes of a watched value as messages.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use crate::console::model::message::Message;

/// The minimum interval between two messages.
const NEWS: Duration = Duration::from_millis(50);

/// Sends each change as a message: always the last one, and at most one per [`NEWS`].
pub async fn pass_on<T>(
    mut changes: watch::Receiver<T>,
    tell: UnboundedSender<Message>,
    message: impl Fn(&T) -> Message,
) {
    loop {
        let news = message(&changes.borrow_and_update());
        if tell.send(news).is_err() {
            return;
        }
        tokio::time::sleep(NEWS).await;
        if changes.changed().await.is_err() {
            return;
        }
    }
}
