//! A profile and an event's values become one HTTP request, exact to the byte. Pure: the caller provides randomness
//! and time.
//!
//! [`render`] runs once, when a delivery is accepted, and produces everything that may be written to the delivery
//! log. [`credentials`] runs at the moment of sending, once per attempt, and produces what must not be. [`preview`]
//! runs both and records how each value is used.

mod body;
pub mod cipher;
mod credentials;
mod curl;
mod error;
mod escape;
mod fields;
mod header;
mod header_object;
mod json;
mod marked;
mod markup;
mod multipart;
mod named_sample;
mod own_variable;
mod preview;
mod render;
mod request;
mod resolve;
#[cfg(test)]
mod roundtrip_tests;
mod shell;
mod signature;
mod target;
#[cfg(test)]
mod test_samples;
mod trace;
mod values;
mod wire;

pub use credentials::{credentials, needs_values};
pub use curl::{CurlSecrets, command as curl_command};
pub use error::RenderError;
pub use escape::Escaping;
pub(crate) use escape::json::push_quoted;
pub use header_object::headers_json;
pub use marked::MarkedRequest;
pub use named_sample::{MAX_SAMPLE_BYTES, NamedSampleError, named_sample, named_sample_values};
pub use own_variable::{OwnVariableError, own_meaning, own_sample, own_variable};
pub use preview::{Moment, Origins, Preview, PreviewVariable, ValueOrigin, origins_of, preview};
pub use render::{Context, USER_AGENT, render};
pub use request::{Callback, Random};
pub use signature::{Signed, signer};
pub use trace::{RequestPart, Use};
pub use values::{Values, plain_text};
pub use wire::WireHeader;
