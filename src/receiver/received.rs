//! A request as it arrived.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::profile::is_secret_name;

use super::fields::headers_json;

/// A request that arrived, and what was answered. Debug output hides headers that carry secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// The HTTP method.
    pub method: String,
    /// The path as sent, percent-encoded.
    pub path: String,
    /// The query as sent, without `?`; empty when there is none.
    pub query: String,
    /// Names in small letters, and values; bytes that are not UTF-8 stand as `\xNN`.
    pub headers: Vec<(String, String)>,
    /// The first [`BODY_KEPT`](super::BODY_KEPT) bytes.
    pub body: Vec<u8>,
    /// The bytes of the whole body; more than `body` has when that was cut.
    pub body_length: u64,
    /// The query's fields, then those of a form, a multipart or a JSON object. A name that comes
    /// twice has an array. A body that was cut has none.
    pub fields: Map<String, Value>,
    /// When the last byte of it was read.
    pub received_at: Timestamp,
    /// What was answered, or is about to be, after the delay.
    pub answered: Answer,
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |(name, value): &'_ (String, String)| {
            let value = if is_secret_name(name) { "(hidden)".to_owned() } else { value.clone() };
            (name.clone(), value)
        };
        f.debug_struct("Received")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("headers", &self.headers.iter().map(hidden).collect::<Vec<_>>())
            .field("body", &String::from_utf8_lossy(&self.body))
            .field("body_length", &self.body_length)
            .field("fields", &self.fields)
            .field("received_at", &self.received_at)
            .field("answered", &self.answered)
            .finish()
    }
}

/// What a request was answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// A status.
    Status(u16),
    /// Nothing, ever.
    Hung,
    /// The connection was closed without an answer.
    Reset,
}

impl Received {
    /// Whether the body went on after what was kept.
    #[must_use]
    pub fn body_cut(&self) -> bool {
        self.body_length > self.body.len() as u64
    }

    /// The request as `receive --json` prints it (design, section 3).
    ///
    /// `body` is text. Where it is not UTF-8, each bad sequence stands as U+FFFD and `body_base64`
    /// has the bytes. Where it was cut, `body_length` has the bytes that were sent. A header that
    /// comes twice has an array.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut json = Map::new();
        json.insert("method".to_owned(), json!(self.method));
        json.insert("path".to_owned(), json!(self.path));
        json.insert("query".to_owned(), json!(self.query));
        json.insert("headers".to_owned(), headers_json(&self.headers));
        json.insert("body".to_owned(), json!(String::from_utf8_lossy(&self.body)));
        if std::str::from_utf8(&self.body).is_err() {
            json.insert("body_base64".to_owned(), json!(STANDARD.encode(&self.body)));
        }
        if self.body_cut() {
            json.insert("body_length".to_owned(), json!(self.body_length));
        }
        json.insert("fields".to_owned(), Value::Object(self.fields.clone()));
        json.insert("received_at".to_owned(), json!(self.received_at));
        json.into()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A small request.
    pub(in crate::receiver) fn sample() -> Received {
        let fields = json!({"id": "42", "status": "DELIVRD"});
        Received {
            method: "POST".to_owned(),
            path: "/cb".to_owned(),
            query: "id=42".to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: br#"{"status":"DELIVRD"}"#.to_vec(),
            body_length: 20,
            fields: fields.as_object().expect("an object").clone(),
            received_at: "2025-04-17T13:05:20.25Z".parse().expect("a time"),
            answered: Answer::Status(200),
        }
    }

    #[test]
    fn json_has_the_documented_members_in_order() {
        assert_eq!(
            sample().to_json().to_string(),
            r#"{"method":"POST","path":"/cb","query":"id=42","headers":{"content-type":"application/json"},"body":"{\"status\":\"DELIVRD\"}","fields":{"id":"42","status":"DELIVRD"},"received_at":"2025-04-17T13:05:20.25Z"}"#
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_not_lost() {
        let json = Received { body: b"a\xffb".to_vec(), body_length: 3, ..sample() }.to_json();
        assert_eq!(json["body"], "a\u{fffd}b");
        assert_eq!(json["body_base64"], "Yf9i");
        assert!(json.get("body_length").is_none());
    }

    #[test]
    fn a_cut_body_says_its_length() {
        assert_eq!(Received { body_length: 5_000_000, ..sample() }.to_json()["body_length"], 5_000_000);
    }
}
