//! A connection whose notifications are read.

use futures_util::future::poll_fn;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client, Notification};

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::hosts::{Hosts, Reached};

/// A connection whose notifications are read. It ends when this is dropped.
pub struct Notified {
    /// For statements.
    pub client: Client,
    /// What was notified, until the connection ends.
    pub notifications: mpsc::UnboundedReceiver<Notification>,
    _polling: Aborted,
}

/// Ends the task with its owner.
struct Aborted(JoinHandle<()>);

impl Drop for Aborted {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Notified {
    /// Connects. Nothing is set, and nothing checked.
    pub async fn open(hosts: &Hosts) -> Result<Self, StoreError> {
        let Reached { client, mut connection, .. } = hosts.open().await?;
        let (tell, notifications) = mpsc::unbounded_channel();
        let polling = tokio::spawn(async move {
            while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
                if let AsyncMessage::Notification(notification) = message
                    && tell.send(notification).is_err()
                {
                    break;
                }
            }
        });
        Ok(Self { client, notifications, _polling: Aborted(polling) })
    }
}
