//! How far a request has come: for the address that was dialled, and for saying where the time went.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};

use super::line::Line;

/// What is done to get a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Stage {
    /// None is made (yet): one that is there may be used.
    #[default]
    None,
    /// The name is looked up.
    Looking,
    /// There is no room for one more connection yet.
    Room,
    /// This address was dialled last.
    Dialling(SocketAddr),
    /// The connection to this address is being secured.
    Securing(SocketAddr),
}

/// Where a request's connector writes its stage.
#[derive(Debug, Clone, Default)]
pub(super) struct Stages(Arc<Mutex<Stage>>);

tokio::task_local! {
    /// Of the request that is being sent: the pool between it and its connector passes nothing on.
    static STAGES: Stages;
}

impl Stages {
    /// Those of the request whose connection is asked for just now.
    pub fn of_this_request() -> Self {
        STAGES.try_with(Clone::clone).unwrap_or_default()
    }

    pub fn set(&self, stage: Stage) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }

    fn get(&self) -> Stage {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way of one request.
#[derive(Debug, Default)]
pub(in crate::delivery) struct Course {
    stages: Stages,
    connection: Option<CaptureConnection>,
}

impl Course {
    /// Marks a request, so that its connection is known as soon as it has one.
    pub fn begin<B>(&mut self, request: &mut hyper::Request<B>) {
        self.stages = Stages::default();
        self.connection = Some(capture_connection(request));
    }

    /// Follows what is sent.
    pub async fn follow<F: Future>(&self, sending: F) -> F::Output {
        STAGES.scope(self.stages.clone(), sending).await
    }

    /// Follows what is sent over a connection that other requests may share, and looks every so often
    /// whether anything comes over it.
    pub async fn watch<F: Future>(&self, every: Duration, silence: Duration, sending: F) -> F::Output {
        let mut sending = pin!(self.follow(sending));
        loop {
            if let Ok(output) = tokio::time::timeout(every, &mut sending).await {
                return output;
            }
            if self.line().is_some_and(|line| line.is_silent_for(silence)) {
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
    pub(super) fn line(&self) -> Option<Line> {
        let capture = self.connection.as_ref()?;
        let mut extras = hyper::http::Extensions::new();
        capture.connection_metadata().as_ref()?.get_extras(&mut extras);
        extras.remove::<Line>()
    }

    /// What was done last to get a connection.
    pub(super) fn stage(&self) -> Stage {
        self.stages.get()
    }

    /// The address of the connection; or the one that was dialled last, where there is none.
    pub fn address(&self) -> Option<SocketAddr> {
        let dialled = || match self.stage() {
            Stage::Dialling(address) | Stage::Securing(address) => Some(address),
            Stage::None | Stage::Looking | Stage::Room => None,
        };
        self.line().map(|line| line.address).or_else(dialled)
    }
}
