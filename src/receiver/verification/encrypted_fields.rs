//! Finds the fields of a profile's requests that are an encrypted value.

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;

use super::super::planned::PlannedResponse;
use super::super::received::Received;
use crate::callback::{Callback, MarkedRequest};
use crate::profile::{Choice as _, Encryption, Profile};

/// The fields, as JSON Pointers (RFC 6901). A field with text around a value is none of them.
pub(super) fn encrypted_fields(profile: &Profile, encryption: &Encryption) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    // A request that cannot be made is not received either.
    if let Some(marked) = MarkedRequest::of(profile, encryption) {
        let fields = serde_json::to_string(&received(&marked.callback).fields()).unwrap_or_default();
        let fields = serde_json::from_str(&fields).unwrap_or_default();
        collect(&fields, &mut String::new(), &marked, &mut found);
    }
    found
}

/// The request as it arrives.
fn received(callback: &Callback) -> Received {
    let url = Url::parse(&callback.url).ok();
    let body = if callback.method.has_body() { callback.body.clone() } else { Vec::new() };
    Received {
        id: String::new(),
        left_out: Vec::new(),
        method: callback.method.name().to_owned(),
        path: url.as_ref().map(|url| url.path().to_owned()).unwrap_or_default(),
        query: url.as_ref().and_then(Url::query).unwrap_or_default().to_owned(),
        headers: callback.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect(),
        body_length: body.len() as u64,
        body: body.into(),
        received_at: jiff::Timestamp::UNIX_EPOCH,
        attempt: 1,
        response: PlannedResponse::status(200),
    }
}

/// Adds the pointers of strings that are the mark of an encrypted variable.
fn collect(value: &Value, pointer: &mut String, marked: &MarkedRequest, found: &mut BTreeSet<String>) {
    let mut within = |step: &str, value: &Value| {
        let above = pointer.len();
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        collect(value, pointer, marked, found);
        pointer.truncate(above);
    };
    match value {
        Value::String(text) if marked.is_encrypted(text) => {
            found.insert(pointer.clone());
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| within(&at.to_string(), item)),
        Value::Object(members) => members.iter().for_each(|(name, member)| within(name, member)),
        _ => {}
    }
}
