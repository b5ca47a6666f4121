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
mod examined;
mod fields;
mod handler;
mod kept;
mod limits;
mod path_filter;
mod planned;
mod received;
mod reply;
mod requests;
mod response_header;
mod saturation;
mod script;
mod server;
mod verification;

pub use behaviour::Behaviour;
pub use body::{BODY_KEPT, BODY_READ};
pub use decryption::{Decrypted, Decryption, DecryptionReport, Undecryptable};
pub use describe::{describe, describe_in, describe_in_full};
pub use examined::Examined;
pub use fields::Fields;
pub use kept::{KEPT_BYTES, KEPT_REQUESTS, KeepError, KeptRequests};
pub use limits::ReceiverLimits;
pub use path_filter::PathFilter;
pub use planned::PlannedResponse;
pub use received::Received;
pub use reply::Reply;
pub use requests::{NoRequest, REQUEST_BYTES_KEPT, REQUESTS_KEPT, Requests};
pub use response_header::{InvalidResponseHeader, ResponseHeader};
pub use script::{InvalidScript, Script};
pub use server::Receiver;
pub use verification::{
    CheckedPart, PartResult, Verification, VerificationCheck, VerificationFailure, Verifier,
};
