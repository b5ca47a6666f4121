//! The sender: what is due goes out over HTTP, and what came of it is recorded.
//!
//! It knows its storage only as the trait [`Outbox`].

mod board;
mod clock;
mod crew;
mod descriptors;
mod endpoints;
mod failure;
mod guard;
mod known_names;
mod limits;
mod local_trouble;
mod outage;
mod preview;
mod printable;
mod redact;
mod resolver;
mod resting;
mod retention;
mod sender;
mod sending;
mod single_flight;
mod tls;
mod tokens;
mod transport;
mod work;

pub use descriptors::raise_limit;
pub use limits::Limits;
pub use local_trouble::LocalTrouble;
pub use preview::{check_address, preview};
pub use resolver::{LookupError, Names};
pub use retention::Keeping;
pub use sender::Sender;
pub use sending::{InFlight, Role, Sending, Unreadable};
pub use tls::check_files;
pub use transport::Transport;
