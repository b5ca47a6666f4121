//! How far the connector has come with a connection.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// What is done to get a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConnectStage {
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
pub struct StageCell(Arc<Mutex<ConnectStage>>);

tokio::task_local! {
    /// Of the request that is being sent: the pool between it and its connector passes nothing on.
    static STAGE: StageCell;
}

impl StageCell {
    /// Those of the request whose connection is asked for just now.
    pub fn of_this_request() -> Self {
        STAGE.try_with(Clone::clone).unwrap_or_default()
    }

    /// Has the connector write here while this future runs.
    pub async fn scope<F: Future>(self, sending: F) -> F::Output {
        STAGE.scope(self, sending).await
    }

    pub fn set(&self, stage: ConnectStage) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }

    pub fn get(&self) -> ConnectStage {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
