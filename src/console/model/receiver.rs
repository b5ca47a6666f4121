//! The built-in endpoint as the console sees it.

use crate::console::model::arrived::Arrived;

/// The built-in endpoint as the console sees it.
#[derive(Debug, Default)]
pub struct ReceiverState {
    /// Its address while it is running.
    pub address: Option<String>,
    /// Its responses.
    pub behaviour: crate::receiver::Behaviour,
    /// The requests that arrived.
    pub arrived: Arrived,
}
