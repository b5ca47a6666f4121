//! Where the encrypted values of a profile are in its request.

use serde_json::Value;
use url::{Url, form_urlencoded};

use super::format::Format;
use crate::callback::{Context, Values, render};
use crate::profile::{Auth, DataFormat, Profile};

/// Where a receiver finds the encrypted values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct EncryptedPlaces {
    /// The members of a JSON object, fields of a form or parameters of a query that are one encrypted value each.
    pub fields: Vec<String>,
    /// Whether the body is an encrypted value.
    pub whole: bool,
    /// Whether there are others: in headers, in the path, or as a part of a text.
    pub others: bool,
}

/// The encrypted values of this profile: those of its request with a mark for each value that would be encrypted.
pub(super) fn places(profile: &Profile) -> EncryptedPlaces {
    let Some(encryption) = &profile.encryption else { return EncryptedPlaces::default() };
    let mut values = Values::default();
    let mut marks = Vec::new();
    for (n, path) in profile.variables().into_iter().enumerate() {
        let mark = format!("value{n}encrypted");
        if encryption.covers(path.name()) {
            values.set(path.as_str(), mark.clone().into());
            marks.push(mark);
        } else {
            values.set(path.as_str(), "clear".into());
        }
    }
    // The fields of a form are the same in both formats.
    let data_format = match profile.data_format {
        Some(DataFormat::FormData) => Some(DataFormat::UrlEncoded),
        other => other,
    };
    let clear = Profile { encryption: None, auth: Auth::None, data_format, ..profile.clone() };
    let mut context = Context { delivery_id: "", random: &mut |_| () };
    let Ok(callback) = render(&clear, &values, &mut context) else {
        return EncryptedPlaces { others: true, ..EncryptedPlaces::default() };
    };
    let body = String::from_utf8_lossy(&callback.body);
    let is_mark = |text: &str| marks.iter().any(|mark| mark == text);
    // A name that a value is a part of is not known.
    let is_known = |name: &str| {
        !name.chars().any(char::is_control) && marks.iter().all(|mark| !name.contains(mark.as_str()))
    };
    let is_field = |name: &str, value: &str| is_mark(value) && is_known(name);
    let mut found = EncryptedPlaces { whole: is_mark(&body), ..EncryptedPlaces::default() };
    let pairs = |text: &str| -> Vec<String> {
        let pairs = form_urlencoded::parse(text.as_bytes()).filter(|(name, value)| is_field(name, value));
        pairs.map(|(name, _)| name.into_owned()).collect()
    };
    found.fields = match Format::of(profile) {
        Format::Query => {
            Url::parse(&callback.url).ok().and_then(|url| url.query().map(pairs)).unwrap_or_default()
        }
        Format::Form | Format::Multipart => pairs(&body),
        Format::Json => match serde_json::from_str(&body) {
            Ok(Value::Object(members)) => {
                let fields = members
                    .into_iter()
                    .filter(|(name, value)| value.as_str().is_some_and(|value| is_field(name, value)));
                fields.map(|(name, _)| name).collect()
            }
            _ => Vec::new(),
        },
        Format::Xml | Format::Text => Vec::new(),
    };
    found.fields.dedup();
    let uses = profile.placeholders().filter(|path| encryption.covers(path.name())).count();
    found.others = uses > found.fields.len().saturating_add(usize::from(found.whole));
    found
}
