//! The environment of effects: time, ids, randomness, and the built-in endpoint. Tests replace these, as
//! they differ from run to run; everything else runs for real in tests too.

use std::path::PathBuf;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::console::model::message::Message;
use crate::receiver::{Behaviour, PathFilter};
use crate::record::DeliveryId;

/// The sources of everything that differs from run to run.
pub trait Sources: Send + Sync {
    /// The current time.
    fn now(&self) -> Timestamp;

    /// The id of a new profile, without the region.
    fn profile_id(&self) -> Uuid;

    /// The id of a new delivery.
    fn delivery_id(&self) -> DeliveryId;

    /// An id for a preview, whose delivery is never created.
    fn preview_id(&self) -> DeliveryId {
        self.delivery_id()
    }

    /// Fills a buffer with random bytes.
    fn random(&self, bytes: &mut [u8]);

    /// The folder for copies that no clipboard takes.
    fn temporary_folder(&self) -> PathBuf;
}

/// The built-in endpoint.
#[async_trait]
pub trait BuiltInEndpoint: Send + Sync {
    /// Starts it.
    async fn start(&self, behaviour: Behaviour) -> Message;

    /// Changes its behaviour if it is running.
    async fn set(&self, behaviour: Behaviour);

    /// Passes on, and keeps, only requests to these paths.
    fn filter(&self, paths: PathFilter);

    /// Leaves the value of this header out of what is kept.
    fn leave_out(&self, header: Option<String>);

    /// Stops it if it is running.
    async fn stop(&self) -> Message;
}

/// The environment of effects.
pub struct Environment {
    /// The sources of everything that differs from run to run.
    pub sources: Box<dyn Sources>,
    /// The built-in endpoint.
    pub endpoint: Box<dyn BuiltInEndpoint>,
}
