//! Connections to the server: its address, the way to it, and statements over it.

pub mod address;
pub mod db;
pub mod hosts;
pub mod line;
pub mod notified;
mod password;
mod pooler;
pub mod server;
pub mod session;
mod tls;
