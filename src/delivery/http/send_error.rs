//! Why a request has no response: classified by [`classify`](super::classify).

use super::connector::NotConnected;

/// Why a request has no response.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// There is no connection for it.
    #[error("no connection")]
    NotConnected(#[from] NotConnected),
    /// Its connection failed, or what came over it is not HTTP.
    #[error("no response")]
    Http(#[from] hyper::Error),
}
