//! What ended and is not on disk yet.

use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinHandle;

use crate::record::{JobRef, Outcome};
use crate::storage::QueueError;

/// A record under way, and what it records.
pub type Recording = (JoinHandle<Result<Vec<JobRef>, QueueError>>, Arc<[Outcome]>);

/// What ended and is not on disk yet.
#[derive(Default)]
pub struct Records {
    pub waiting: Vec<Outcome>,
    pub under_way: Option<Recording>,
    /// No sooner than this: the last one failed.
    pub not_before: Option<Instant>,
}

impl Records {
    /// How many.
    pub fn len(&self) -> usize {
        self.waiting.len() + self.under_way.as_ref().map_or(0, |(_, batch)| batch.len())
    }
}
