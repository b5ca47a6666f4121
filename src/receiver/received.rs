//! A received request.

use std::fmt;

use bytes::Bytes;
use jiff::Timestamp;

use crate::profile::is_secret_name;

use super::planned::PlannedResponse;

/// A received request, and the response to it. Debug output hides headers that carry secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// Names it: eight hexadecimal digits, chosen at random.
    pub id: String,
    /// The HTTP method.
    pub method: String,
    /// The path as sent, percent-encoded.
    pub path: String,
    /// The query as sent, without `?`; empty if there is none.
    pub query: String,
    /// Names in lower case, and values; bytes that are not UTF-8 are written as `\xNN`.
    pub headers: Vec<(String, String)>,
    /// Names of headers whose values are secret and were not kept over a restart; none otherwise.
    pub left_out: Vec<String>,
    /// The first [`BODY_KEPT`](super::BODY_KEPT) bytes.
    pub body: Bytes,
    /// The length of the whole body; greater than that of `body` if it was truncated.
    pub body_length: u64,
    /// When its last byte was read.
    pub received_at: Timestamp,
    /// Which attempt of its delivery it is, counted from 1. Requests without `webhook-id` are counted together.
    pub attempt: u32,
    /// The response that was sent, or will be after the delay.
    pub response: PlannedResponse,
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |(name, value): &'_ (String, String)| {
            let value = if is_secret_name(name) { "(hidden)".to_owned() } else { value.clone() };
            (name.clone(), value)
        };
        f.debug_struct("Received")
            .field("id", &self.id)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("headers", &self.headers.iter().map(hidden).collect::<Vec<_>>())
            .field("left_out", &self.left_out)
            .field("body", &String::from_utf8_lossy(&self.body))
            .field("body_length", &self.body_length)
            .field("received_at", &self.received_at)
            .field("attempt", &self.attempt)
            .field("response", &self.response)
            .finish()
    }
}

impl Received {
    /// Whether the body was longer than the part that is kept.
    #[must_use]
    pub fn body_cut(&self) -> bool {
        self.body_length > self.body.len() as u64
    }

    /// The value of a header, the first one if it is repeated. `name` is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Its approximate size in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let headers = self.headers.iter().map(|header| size_of_val(header) + header.0.len() + header.1.len());
        let left_out = self.left_out.iter().map(|name| size_of_val(name) + name.len());
        let text =
            self.id.len() + left_out.sum::<usize>() + self.method.len() + self.path.len() + self.query.len();
        let response = self
            .response
            .headers
            .iter()
            .map(|header| size_of_val(header) + header.name().len() + header.value().len());
        // The response's body is shared by all of them.
        size_of::<Self>() + text + headers.sum::<usize>() + response.sum::<usize>() + self.body.len()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A small request.
    pub(in crate::receiver) fn sample() -> Received {
        Received {
            id: "0123abcd".to_owned(),
            method: "POST".to_owned(),
            path: "/cb".to_owned(),
            query: "id=42".to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            left_out: Vec::new(),
            body: Bytes::from_static(br#"{"status":"DELIVRD"}"#),
            body_length: 20,
            received_at: "2025-04-17T13:05:20.25Z".parse().expect("a time"),
            attempt: 1,
            response: PlannedResponse::status(200),
        }
    }
}
