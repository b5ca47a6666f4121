//! The sender: what is due goes out over HTTP, and what came of it is recorded.
//!
//! It knows its storage only as the trait [`Queue`](crate::storage::Queue).

mod attempt;
mod clock;
mod crew;
mod dispatcher;
mod endpoints;
mod http;
mod limits;
mod outage;
mod outcome_stream;
mod preview;
mod redact;
mod resting;
mod retention;
mod sender;
mod sending;
mod status;
mod tokens;

use attempt as transport;
use http::{known_names, local_trouble};

pub use attempt::Transport;
pub use http::descriptors::raise_limit;
pub use http::local_trouble::LocalTrouble;
pub use http::resolver::{LookupError, Resolver};
pub use http::tls::check_files;
pub use limits::Limits;
pub use outcome_stream::{CompleteOutcomes, LossyOutcomes, OutcomeStream, RecordedOutcome};
pub use preview::{check_address, preview};
pub use retention::Keeping;
pub use sender::Sender;
pub use sending::{InFlight, Role, Sending, Unreadable};
