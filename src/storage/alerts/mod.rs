//! Alerts: turns of profiles on their way to a person.
//!
//! A process that gives alerts records its turns as ones to be given. The first turn is given after a few seconds, in
//! which those of other profiles may follow; later ones at most once a minute, together. An alert is taken by one
//! process, and keeps its id and its turns until it was given: if that process ends before, another one takes it.

pub mod alert;
pub mod alert_pace;

use async_trait::async_trait;
use uuid::Uuid;

use crate::storage::error::StoreError;

use alert::NextAlert;
use alert_pace::AlertPace;

/// Hands out alerts, each to one process at a time.
#[async_trait]
pub trait Alerts: Send + Sync {
    /// Takes the next alert, for as long as [`AlertPace::lease`]: one that another process has taken and not given in
    /// that time, or a new one with all turns that are to be given, if it is time.
    ///
    /// # Errors
    /// The store cannot be written; then nothing was taken.
    async fn take_alert(&self, pace: AlertPace) -> Result<NextAlert, StoreError>;

    /// An alert was given, or could not be, for this reason: it is not given again.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn finish_alert(&self, id: Uuid, failure: Option<String>) -> Result<(), StoreError>;

    /// The alerts by which these turns were given.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn given_alerts(&self, turns: Vec<Uuid>) -> Result<Vec<alert::GivenTurn>, StoreError>;

    /// Those of these turns that are to be given as an alert that no process has taken yet.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn waiting_turns(&self, turns: Vec<Uuid>) -> Result<Vec<Uuid>, StoreError>;
}
