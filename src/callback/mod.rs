//! A profile and an event's values become one HTTP request, to the byte. Pure: randomness and time
//! are brought by the caller.

mod values;

pub use values::{Values, plain_text};

use crate::profile::Method;

/// One exact request, without credentials: what the delivery log keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// The HTTP method.
    pub method: Method,
    /// The URL with its values.
    pub url: String,
    /// Names and values in order.
    pub headers: Vec<(String, String)>,
    /// The bytes of the body; empty with GET and DELETE.
    pub body: Vec<u8>,
}
