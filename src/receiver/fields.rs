//! The fields of a request, however they were sent.

use std::collections::HashSet;

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde_json::{Map, Value};

use crate::callback::exact;
use url::form_urlencoded;

/// Named values in the order in which they came. A name that comes twice gets an array.
#[derive(Debug, Default)]
pub(super) struct Fields {
    members: Map<String, Value>,
    /// Names whose array was made here, and is not a value that is itself an array.
    repeated: HashSet<String>,
}

impl Fields {
    pub(super) fn add(&mut self, name: String, value: Value) {
        let Some(there) = self.members.get_mut(&name) else {
            self.members.insert(name, value);
            return;
        };
        match there {
            Value::Array(all) if self.repeated.contains(&name) => all.push(value),
            _ => {
                *there = Value::Array(vec![there.take(), value]);
                self.repeated.insert(name);
            }
        }
    }

    pub(super) fn finish(self) -> Map<String, Value> {
        self.members
    }

    fn add_pairs(&mut self, encoded: &[u8]) {
        for (name, value) in form_urlencoded::parse(encoded) {
            self.add(name.into_owned(), value.into_owned().into());
        }
    }
}

/// Headers as an object. One that comes twice has an array.
#[must_use]
pub fn headers_json(headers: &[(String, String)]) -> Value {
    let mut members = Fields::default();
    for (name, value) in headers {
        members.add(name.clone(), value.as_str().into());
    }
    members.finish().into()
}

/// The fields of query and body. The body is read as its Content-Type says; where that is another,
/// or the body is not what it says, what could be read counts.
pub(super) async fn decode(parts: &Parts, body: &[u8]) -> Map<String, Value> {
    let mut fields = Fields::default();
    fields.add_pairs(parts.uri.query().unwrap_or("").as_bytes());
    match media_type(parts).as_str() {
        "application/x-www-form-urlencoded" => fields.add_pairs(body),
        "multipart/form-data" => add_multipart(&mut fields, parts, body).await,
        json if json == "application/json" || json.ends_with("+json") => {
            let text = std::str::from_utf8(body).unwrap_or_default();
            if let Ok(Value::Object(members)) = exact::from_str(text) {
                members.into_iter().for_each(|(name, value)| fields.add(name, value));
            }
        }
        _ => {}
    }
    fields.finish()
}

/// The type without its parameters, in small letters.
fn media_type(parts: &Parts) -> String {
    let value = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    value.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

async fn add_multipart(fields: &mut Fields, parts: &Parts, body: &[u8]) {
    let mut request = Request::new(Body::from(body.to_vec()));
    request.headers_mut().clone_from(&parts.headers);
    let Ok(mut multipart) = Multipart::from_request(request, &()).await else { return };
    while let Ok(Some(part)) = multipart.next_field().await {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let Ok(bytes) = part.bytes().await else { return };
        fields.add(name, String::from_utf8_lossy(&bytes).into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    async fn fields(uri: &str, content_type: &str, body: &str) -> Value {
        let request = Request::builder().uri(uri).header(CONTENT_TYPE, content_type).body(()).unwrap();
        decode(&request.into_parts().0, body.as_bytes()).await.into()
    }

    #[tokio::test]
    async fn a_name_that_comes_twice_has_an_array() {
        let form = "application/x-www-form-urlencoded";
        let got = fields("/?a=1&b=%20+", form, "a=2&a=3&c").await;
        assert_eq!(got, json!({"a": ["1", "2", "3"], "b": "  ", "c": ""}));
        let got = fields("/?a=1", "application/json", r#"{"a":[2,3]}"#).await;
        assert_eq!(got, json!({"a": ["1", [2, 3]]}));
    }

    #[test]
    fn headers_that_come_again_have_an_array() {
        let pairs = [("a", "1"), ("b", "2"), ("a", "3"), ("a", "4")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(headers_json(&pairs), json!({"a": ["1", "3", "4"], "b": "2"}));
    }

    #[tokio::test]
    async fn the_text_of_numbers_and_the_order_are_kept() {
        let body = r#"{"z":1.50,"a":12345678901234567890123,"m":{"y":null,"b":true}}"#;
        assert_eq!(fields("/", "Application/JSON; charset=utf-8", body).await.to_string(), body);
        assert_eq!(fields("/", "application/vnd.x+json", body).await.to_string(), body);
    }

    #[tokio::test]
    async fn what_is_not_what_it_says_has_no_fields() {
        assert_eq!(fields("/", "application/json", "a=1").await, json!({}));
        assert_eq!(fields("/", "application/json", "[1]").await, json!({}));
        assert_eq!(fields("/", "text/plain", "a=1").await, json!({}));
        assert_eq!(fields("/", "multipart/form-data", "a=1").await, json!({}));
        assert_eq!(fields("/", "multipart/form-data; boundary=x", "a=1").await, json!({}));
    }
}
