//! How far the connector has come with a connection.

use std::net::SocketAddr;

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
    /// The server allows no further request over the open connections yet (HTTP/2).
    Stream,
    /// This address was dialled last.
    Dialling(SocketAddr),
    /// The connection to this address is being secured.
    Securing(SocketAddr),
}
