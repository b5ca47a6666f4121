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
mod id;
mod known_names;
mod limits;
mod local_trouble;
mod outage;
mod outbox;
mod prepare;
mod preview;
mod printable;
mod record;
mod redact;
mod resolver;
mod resting;
mod sender;
mod sending;
mod series;
mod single_flight;
mod tls;
mod tokens;
mod transport;
mod verdict;
mod work;

pub use descriptors::raise_limit;
pub use id::DeliveryId;
pub use limits::Limits;
pub use local_trouble::LocalTrouble;
pub use outbox::{Busy, Due, LaneLoad, MANUAL, News, OriginLoad, Outbox, OutboxError, Pace, Watched};
pub use preview::{check_address, preview};
pub use record::{
    Attempt, Details, ErrorClass, Failure, Job, Kind, NewDelivery, Next, Origin, Outcome, Past, Place, State,
    Summary,
};
pub use resolver::{LookupError, Names};
pub use sender::Sender;
pub use sending::{InFlight, Role, Sending, Unreadable};
pub use series::{Mark, Series};
pub use tls::check_files;
pub use transport::Transport;
pub use verdict::{longest_wait, own_wait};
