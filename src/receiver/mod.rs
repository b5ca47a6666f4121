//! The built-in endpoint to test against: a real HTTP server with configurable responses that shows received
//! requests.

mod attempts;
mod behaviour;
mod body;
mod connection;
mod decryption;
mod describe;
mod document;
mod escape;
mod fields;
mod handler;
mod limits;
mod received;
mod requests;
mod saturation;
mod server;

pub use behaviour::Behaviour;
pub use body::{BODY_KEPT, BODY_READ};
pub use decryption::{Decrypted, Decryption, DecryptionReport, Undecryptable};
pub use describe::{describe, describe_in, describe_in_full};
pub use fields::Fields;
pub use limits::ReceiverLimits;
pub use received::{Received, Reply};
pub use requests::{NoRequest, REQUEST_BYTES_KEPT, REQUESTS_KEPT, Requests};
pub use server::Receiver;
