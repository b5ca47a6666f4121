//! What handlers share.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::watch;

use crate::delivery::{OutcomeStream, SenderStatus};
use crate::settings::Settings;
use crate::storage::Storage;

/// What handlers share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Api(Arc<ApiParts>);

/// The parts of [`Api`].
#[derive(Debug)]
pub struct ApiParts {
    /// The store.
    pub store: Arc<dyn Storage>,
    /// The settings at the start.
    pub settings: Settings,
    /// The sender of this process.
    pub sender: watch::Receiver<SenderStatus>,
    /// What that sender records.
    pub outcomes: OutcomeStream,
}

impl Api {
    /// From its parts.
    #[must_use]
    pub fn new(parts: ApiParts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for Api {
    type Target = ApiParts;

    fn deref(&self) -> &ApiParts {
        &self.0
    }
}
