//! The built-in endpoint to test against: a real HTTP server that answers as it is told and shows
//! what arrived.

mod answering;
mod behaviour;
mod body;
mod connection;
mod decryption;
mod describe;
mod error;
mod escape;
mod fields;
mod received;
mod server;
mod tries;

pub use behaviour::{Behaviour, Decrypt};
pub use body::{BODY_KEPT, BODY_READ};
pub use decryption::{Decryption, fields_decrypted};
pub use describe::{describe, describe_in};
pub use error::ReceiverError;
pub use fields::headers_json;
pub use received::{Answer, Received};
pub use server::{REQUESTS_KEPT, Receiver};
