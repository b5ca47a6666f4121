//! The progress of a request: for the dialled address, and for saying where the time went.

use std::net::SocketAddr;
use std::time::Instant;

use super::connect_stage::ConnectStage;
use super::connection::info::{ConnInfo, InUse};
use super::phase_clock::PhaseClock;
use crate::record::{Phase, Phases};

/// The progress of one request.
#[derive(Debug, Default)]
pub struct RequestTracker {
    /// The last stage of getting a connection.
    pub stage: ConnectStage,
    /// Measures its phases.
    pub clock: PhaseClock,
    connection: Option<InUse>,
}

impl RequestTracker {
    /// A connection is needed.
    pub fn begin(&mut self) {
        (self.stage, self.connection, self.clock) = (ConnectStage::None, None, PhaseClock::default());
    }

    /// The request is sent over this connection.
    pub fn goes_over(&mut self, connection: &ConnInfo) {
        self.clock.begin(Phase::Wait);
        self.connection = Some(InUse::of(connection));
    }

    /// The head of the response was received.
    pub fn note_head(&mut self) {
        self.note_first_byte();
        self.clock.begin(Phase::Read);
    }

    /// The phases until now; none if the request ended before the first.
    pub fn phases(mut self, now: Instant) -> Option<Phases> {
        self.note_first_byte();
        self.clock.until(now)
    }

    /// Over HTTP/1.1 the first byte may have been received long before the rest of the head. Over HTTP/2, nobody knows
    /// which response a byte belongs to.
    fn note_first_byte(&mut self) {
        if let Some(at) = self.connection.as_ref().and_then(InUse::first_byte_at) {
            self.clock.begin_reading_at(at);
        }
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
