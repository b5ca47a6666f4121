//! The built-in endpoint as the console sees it.

use crate::console::model::arrived::Arrived;

/// The built-in endpoint as the console sees it.
#[derive(Debug, Default)]
pub struct ReceiverState {
    /// Where it listens, while it runs.
    pub address: Option<String>,
    /// How it answers.
    pub behaviour: crate::receiver::Behaviour,
    /// What arrived.
    pub arrived: Arrived,
}
