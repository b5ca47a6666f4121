//! The sender: sends due deliveries over HTTP, and records the outcomes.
//!
//! In layers, each of which uses only those below it:
//!
//! | layer | what it does |
//! |---|---|
//! | `sender` | one thread that holds the seat of the queue, or waits for it as a standby |
//! | `dispatcher` | claims what is due, shares the slots fairly among endpoints and profiles, and records what ended |
//! | `attempt` | one attempt of a job: request, credentials, response without secrets, outcome |
//! | `tokens` | access tokens (OAuth 2.0), fetched once for all who need one |
//! | `http` | HTTP clients with connections of their own: egress filter, look-ups, dialling, TLS, errors sorted |
//! | `exchange` | single requests to servers that are no endpoints, over the same clients |
//! | `hash` | maps with a fast hash |
//!
//! It knows its storage only as the trait [`Queue`](crate::storage::Queue).

mod attempt;
mod dispatcher;
mod exchange;
mod hash;
mod http;
mod outcome_stream;
mod preview;
mod redact;
mod retention;
mod sender;
mod sender_status;
mod tokens;

pub use attempt::Transport;
pub use dispatcher::Limits;
pub use exchange::{Exchange, ExchangeRequest, ExchangeResponse, NoResponse};
pub use http::descriptors::raise_limit;
pub use http::local_trouble::LocalTrouble;
pub use http::resolver::{LookupError, Resolver};
pub use http::tls::check_files;
pub use http::tls_session::TlsSession;
pub use outcome_stream::{CompleteOutcomes, LossyOutcomes, OutcomeStream, RecordedOutcome};
pub use preview::{check_address, preview};
pub use retention::RetentionTask;
pub use sender::Sender;
pub use sender_status::{InFlight, SenderRole, SenderStatus, Unreadable};
