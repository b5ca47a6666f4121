//! How far a request has come: for the address that was dialled, and for saying where the time went.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};

use super::connect_stage::{ConnectStage, StageCell};
use super::connection::info::ConnInfo;

/// The way of one request.
#[derive(Debug, Default)]
pub struct RequestTracker {
    stage: StageCell,
    connection: Option<CaptureConnection>,
}

impl RequestTracker {
    /// Marks a request, so that its connection is known as soon as it has one.
    pub fn begin<B>(&mut self, request: &mut hyper::Request<B>) {
        self.stage = StageCell::default();
        self.connection = Some(capture_connection(request));
    }

    /// Follows what is sent.
    pub async fn follow<F: Future>(&self, sending: F) -> F::Output {
        self.stage.clone().scope(sending).await
    }

    /// Follows what is sent over a connection that other requests may share, and looks every so often
    /// whether anything comes over it.
    pub async fn watch<F: Future>(&self, every: Duration, silence: Duration, sending: F) -> F::Output {
        let mut sending = pin!(self.follow(sending));
        loop {
            if let Ok(output) = tokio::time::timeout(every, &mut sending).await {
                return output;
            }
            if self.connection().is_some_and(|conn| conn.is_silent_for(silence)) {
                self.retire_connection();
            }
        }
    }

    /// Lets the connection carry no new request. Requests in flight over it continue.
    pub fn retire_connection(&self) {
        if let Some(capture) = &self.connection
            && let Some(connected) = capture.connection_metadata().as_ref()
        {
            connected.poison();
        }
    }

    /// The connection that the request goes over, once it has one.
    pub fn connection(&self) -> Option<ConnInfo> {
        let capture = self.connection.as_ref()?;
        let mut extras = hyper::http::Extensions::new();
        capture.connection_metadata().as_ref()?.get_extras(&mut extras);
        extras.remove::<ConnInfo>()
    }

    /// What was done last to get a connection.
    pub fn stage(&self) -> ConnectStage {
        self.stage.get()
    }

    /// The address of the connection; or the one that was dialled last, where there is none.
    pub fn address(&self) -> Option<SocketAddr> {
        let dialled = || match self.stage() {
            ConnectStage::Dialling(address) | ConnectStage::Securing(address) => Some(address),
            ConnectStage::None | ConnectStage::Looking | ConnectStage::Room => None,
        };
        self.connection().map(|conn| conn.address).or_else(dialled)
    }
}
