//! The environment of the program: the system's clock, randomness and temporary folder, and a real endpoint.

use std::path::PathBuf;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;
use uuid::Uuid;

use super::environment::{Environment, Sources};
use super::receiver::Endpoint;
use crate::clock;
use crate::console::model::message::Message;
use crate::receiver::Receiver;
use crate::record::{self, DeliveryId};

/// The environment of the program. A receiver that is already running becomes the endpoint.
/// Requests that it receives are kept in this file, if there is one.
#[must_use]
pub fn environment(
    receiver: Option<Receiver>,
    kept: Option<PathBuf>,
    tx: UnboundedSender<Message>,
) -> Environment {
    Environment { sources: Box::new(SystemSources), endpoint: Box::new(Endpoint::new(receiver, kept, tx)) }
}

/// The clock, the randomness and the temporary folder of the system.
struct SystemSources;

impl Sources for SystemSources {
    fn now(&self) -> Timestamp {
        clock::now()
    }

    fn profile_id(&self) -> Uuid {
        Uuid::new_v4()
    }

    fn delivery_id(&self) -> DeliveryId {
        DeliveryId::generate()
    }

    fn random(&self, bytes: &mut [u8]) {
        record::random(bytes);
    }

    fn temporary_folder(&self) -> PathBuf {
        std::env::temp_dir()
    }
}
