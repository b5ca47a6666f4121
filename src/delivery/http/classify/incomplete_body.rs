//! Why the body of a response is incomplete, in words.

use std::error::Error;
use std::io;

use super::causes::causes;
use super::http2;

/// Why a body broke off. The response's head was complete.
#[must_use]
pub fn broken_body(error: &(dyn Error + 'static)) -> String {
    for cause in causes(error) {
        if let Some(error) = cause.downcast_ref::<h2::Error>()
            && let Some(reason) = error.reason().filter(|_| error.is_remote())
        {
            return format!("the endpoint reset it (HTTP/2 {})", http2::name(reason));
        }
        let framing = [io::ErrorKind::InvalidData, io::ErrorKind::InvalidInput];
        if cause.downcast_ref::<io::Error>().is_some_and(|error| framing.contains(&error.kind())) {
            return "its chunks are not valid HTTP".to_owned();
        }
    }
    "the connection closed before its end".to_owned()
}

/// Why a body is incomplete that was awaited until the timeout.
#[must_use]
pub fn late_body(timeout_ms: u32) -> String {
    format!("it did not end within {timeout_ms} ms")
}
