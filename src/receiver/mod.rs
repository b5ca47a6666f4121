//! The built-in endpoint to test against: a real HTTP server that answers as it is told and shows
//! what arrived.

mod answering;
mod behaviour;
mod body;
mod connection;
mod crowd;
mod decryption;
mod describe;
mod document;
mod error;
mod escape;
mod fields;
mod limits;
mod received;
mod requests;
mod server;
mod tries;

pub use behaviour::Behaviour;
pub use body::{BODY_KEPT, BODY_READ};
pub use decryption::{Decrypted, Decryption, DecryptionReport, Undecryptable};
pub use describe::{describe, describe_in, describe_in_full};
pub use error::ReceiverError;
pub use fields::{Fields, headers_json};
pub use limits::ReceiverLimits;
pub use received::{Answer, Received};
pub use requests::{NoRequest, REQUEST_BYTES_KEPT, REQUESTS_KEPT, Requests};
pub use server::Receiver;
