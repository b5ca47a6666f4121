//! Connections to the server: its address, the way to it, and statements over it.

pub mod address;
pub mod db;
mod password;
pub mod server;
pub mod session;
mod tls;
