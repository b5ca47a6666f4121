//! The progress of a request: for the dialled address, and for saying where the time went.

use std::net::SocketAddr;

use super::connect_stage::ConnectStage;
use super::connection::info::{ConnInfo, InUse};

/// The progress of one request.
#[derive(Debug, Default)]
pub struct RequestTracker {
    /// The last stage of getting a connection.
    pub stage: ConnectStage,
    connection: Option<InUse>,
}

impl RequestTracker {
    /// A connection is needed.
    pub fn begin(&mut self) {
        (self.stage, self.connection) = (ConnectStage::None, None);
    }

    /// The request is sent over this connection.
    pub fn goes_over(&mut self, connection: &ConnInfo) {
        self.connection = Some(InUse::of(connection));
    }

    /// Stops using the connection for new requests. Requests in flight over it continue.
    pub fn retire_connection(&self) {
        if let Some(connection) = &self.connection {
            connection.retire();
        }
    }

    /// Whether the request may be repeated if it fails.
    pub fn may_repeat(&self) -> bool {
        self.connection.as_ref().is_some_and(InUse::may_repeat)
    }

    /// The connection of the request, once it has one.
    pub fn connection(&self) -> Option<&ConnInfo> {
        self.connection.as_deref()
    }

    /// The address of the connection; or the one that was dialled last if there is none.
    pub fn address(&self) -> Option<SocketAddr> {
        let dialled = || match self.stage {
            ConnectStage::Dialling(address) | ConnectStage::Securing(address) => Some(address),
            ConnectStage::None | ConnectStage::Looking | ConnectStage::Room | ConnectStage::Stream => None,
        };
        self.connection().map(ConnInfo::address).or_else(dialled)
    }
}
