//! The HTTP API (docs/api.md): programs hand over events, and see what became of them.
//!
//! One router per subject; [`router`] joins them, and [`app`] is what connections call. Each route declares what it requires of its caller
//! ([`Access`]), so that none can be reached by accident. Responses have the platform's envelope ([`Envelope`],
//! [`ApiError`]).

mod access;
mod access_log;
mod admission;
mod app;
mod auth;
mod code;
mod deliveries;
mod envelope;
mod error;
mod events;
mod guarded_body;
mod idempotency_key;
mod observe;
mod openapi;
mod operations;
mod profiles;
mod repeatable;
mod request;
mod request_body;
mod router;
mod routes;
mod server;
mod sid;
mod state;
mod stats;
mod stream;

pub use access::{Access, Caller};
pub use access_log::{AccessLog, WriteLines};
pub use app::app;
pub use code::Code;
pub use envelope::Envelope;
pub use error::ApiError;
pub use router::{router, table};
pub use routes::{Route, Routes};
pub use server::{
    App, Peer, Server, ServerLimits, ServerTls, SystemdState, TlsError, TlsFiles, TlsNews, activated,
};
pub use sid::Sid;
pub use state::{Api, ApiParts};
