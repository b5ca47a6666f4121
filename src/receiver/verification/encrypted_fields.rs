//! Finds the fields of a profile's requests that are an encrypted value.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use url::Url;

use super::super::planned::PlannedResponse;
use super::super::received::Received;
use crate::callback::{self, Callback, Context, Values};
use crate::profile::{Choice as _, Encryption, Profile};

/// The fields, as JSON Pointers (RFC 6901). They are found in a request that the renderer makes of a mark for each
/// variable, so that this cannot differ from what is sent. A field with text around a value is none of them.
pub(super) fn encrypted_fields(profile: &Profile, encryption: &Encryption) -> BTreeSet<String> {
    let mut values = Values::default();
    let mut marks = HashMap::new();
    for (at, path) in profile.variables().into_iter().enumerate() {
        let mark = format!("ringback-variable-{at}-");
        values.set(path.as_str(), mark.as_str().into());
        marks.insert(mark, encryption.covers(path.name()) || encryption.covers(path.as_str()));
    }
    let plain = Profile { encryption: None, ..profile.clone() };
    let mut random = |bytes: &mut [u8]| bytes.fill(0);
    let mut context = Context { delivery_id: "0", random: &mut random };
    let mut found = BTreeSet::new();
    // A request that cannot be made is not received either.
    if let Ok(callback) = callback::render(&plain, &values, &mut context) {
        let request = received(callback);
        let fields = serde_json::to_string(&request.fields()).unwrap_or_default();
        let fields = serde_json::from_str(&fields).unwrap_or_default();
        collect(&fields, &mut String::new(), &marks, &mut found);
    }
    found
}

/// The request as it arrives.
fn received(callback: Callback) -> Received {
    let url = Url::parse(&callback.url).ok();
    let body = if callback.method.has_body() { callback.body } else { Vec::new() };
    Received {
        method: callback.method.name().to_owned(),
        path: url.as_ref().map(|url| url.path().to_owned()).unwrap_or_default(),
        query: url.as_ref().and_then(Url::query).unwrap_or_default().to_owned(),
        headers: callback.headers.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect(),
        body_length: body.len() as u64,
        body: body.into(),
        received_at: jiff::Timestamp::UNIX_EPOCH,
        attempt: 1,
        response: PlannedResponse::status(200),
    }
}

/// Adds the pointers of strings that are the mark of an encrypted variable.
fn collect(value: &Value, pointer: &mut String, marks: &HashMap<String, bool>, found: &mut BTreeSet<String>) {
    let mut within = |step: &str, value: &Value| {
        let above = pointer.len();
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        collect(value, pointer, marks, found);
        pointer.truncate(above);
    };
    match value {
        Value::String(text) if marks.get(text) == Some(&true) => {
            found.insert(pointer.clone());
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| within(&at.to_string(), item)),
        Value::Object(members) => members.iter().for_each(|(name, member)| within(name, member)),
        _ => {}
    }
}
