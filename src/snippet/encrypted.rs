//! Where the encrypted values of a profile are in its request.

use serde_json::Value;
use url::{Url, form_urlencoded};

use super::format::Format;
use crate::callback::MarkedRequest;
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

/// The places of the encrypted values of this profile.
pub(super) fn places(profile: &Profile) -> EncryptedPlaces {
    let Some(encryption) = &profile.encryption else { return EncryptedPlaces::default() };
    // The fields of a form are the same in both formats. Credentials are in no field.
    let data_format = match profile.data_format {
        Some(DataFormat::FormData) => Some(DataFormat::UrlEncoded),
        other => other,
    };
    let as_form = Profile { auth: Auth::None, data_format, ..profile.clone() };
    let Some(marked) = MarkedRequest::of(&as_form, encryption) else {
        return EncryptedPlaces { others: true, ..EncryptedPlaces::default() };
    };
    let body = String::from_utf8_lossy(&marked.callback.body);
    // A name that a value is a part of is not known.
    let is_known = |name: &str| !name.chars().any(char::is_control) && !marked.has_value(name);
    let is_field = |name: &str, value: &str| marked.is_encrypted(value) && is_known(name);
    let mut found = EncryptedPlaces { whole: marked.is_encrypted(&body), ..EncryptedPlaces::default() };
    let pairs = |text: &str| -> Vec<String> {
        let pairs = form_urlencoded::parse(text.as_bytes()).filter(|(name, value)| is_field(name, value));
        pairs.map(|(name, _)| name.into_owned()).collect()
    };
    found.fields = match Format::of(profile) {
        Format::Query => {
            Url::parse(&marked.callback.url).ok().and_then(|url| url.query().map(pairs)).unwrap_or_default()
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
    let uses = profile.placeholders().filter(|path| encryption.covers(path)).count();
    found.others = uses > found.fields.len().saturating_add(usize::from(found.whole));
    found
}
