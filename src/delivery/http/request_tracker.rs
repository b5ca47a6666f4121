//! How far a request has come: for the address that was dialled, and for saying where the time went.

use std::net::SocketAddr;

use super::connect_stage::ConnectStage;
use super::connection::info::{ConnInfo, InUse};

/// The way of one request.
#[derive(Debug, Default)]
pub struct RequestTracker {
    /// What was done last to get a connection.
    pub stage: ConnectStage,
    connection: Option<InUse>,
}

impl RequestTracker {
    /// A connection is looked for.
    pub fn begin(&mut self) {
        (self.stage, self.connection) = (ConnectStage::None, None);
    }

    /// The request goes over this connection.
    pub fn goes_over(&mut self, connection: &ConnInfo) {
        self.connection = Some(InUse::of(connection));
    }

    /// Lets the connection carry no new request. Requests in flight over it continue.
    pub fn retire_connection(&self) {
        if let Some(connection) = &self.connection {
            connection.retire();
        }
    }

    /// Whether the request may be sent again, should it fail.
    pub fn leaves_unanswered(&self) -> bool {
        self.connection.as_ref().is_some_and(InUse::leaves_unanswered)
    }

    /// The connection that the request goes over, once it has one.
    pub fn connection(&self) -> Option<&ConnInfo> {
        self.connection.as_deref()
    }

    /// The address of the connection; or the one that was dialled last, where there is none.
    pub fn address(&self) -> Option<SocketAddr> {
        let dialled = || match self.stage {
            ConnectStage::Dialling(address) | ConnectStage::Securing(address) => Some(address),
            ConnectStage::None | ConnectStage::Looking | ConnectStage::Room | ConnectStage::Stream => None,
        };
        self.connection().map(ConnInfo::address).or_else(dialled)
    }
}
