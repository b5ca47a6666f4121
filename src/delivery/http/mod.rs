//! HTTP over pooled connections: addresses are checked, connections limited and secured, and errors classified here.
//! It knows requests and responses, but neither deliveries nor attempts.

pub mod body;
mod bounds;
pub mod classify;
pub mod client;
pub mod clients;
pub mod connect_stage;
pub mod connection;
mod connection_limit;
mod connector;
pub mod descriptors;
mod dial;
pub mod egress_filter;
pub mod exchange_error;
pub mod host_port;
mod http1;
mod http1_hosts;
mod http2;
pub mod known_names;
pub mod local_trouble;
mod phase_clock;
mod pool;
mod reachability;
pub mod read_body;
mod relay;
pub mod request_tracker;
pub mod resolver;
mod send_error;
mod shared_connections;
mod single_flight;
pub mod target;
pub mod tls;
pub mod tls_session;
