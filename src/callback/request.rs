//! One exact request.

use crate::profile::Method;

/// Fills a buffer with random bytes: the source of random initialization vectors.
pub type Random<'a> = dyn FnMut(&mut [u8]) + 'a;

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
