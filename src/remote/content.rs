//! The members of a profile that two sides can have in common, in a form that can be compared. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::profile::document::{Secrets, export};
use crate::profile::{Profile, Status};

/// Members that say which profile it is and when it was saved, and those that follow from others.
const NOT_CONTENT: [&str; 5] =
    ["profile_id", "created_at", "modified_at", "literal_braces", "signing_secret"];

/// The members that the platform's API carries (public page), in the order of a document.
pub const CARRIED: [&str; 9] =
    ["title", "channel", "events", "http_method", "url", "body", "headers", "enc", "status"];

/// The member that only an account of `ringback serve` has, and always has.
pub(super) const OF_RINGBACK: &str = "retry";

/// What the other side carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// The members of the platform's API.
    Platform,
    /// All members but `tls`, whose files belong to one machine: `ringback serve`.
    Ringback,
}

impl Dialect {
    /// That of a profile which the API returned: only ours has `retry`.
    #[must_use]
    pub fn of(document: &Value) -> Self {
        if document.get(OF_RINGBACK).is_some() { Self::Ringback } else { Self::Platform }
    }

    /// Whether it carries a member of the contents.
    #[must_use]
    pub fn carries(self, member: &str) -> bool {
        CARRIED.contains(&member)
            || self == Self::Ringback && member != "tls" && !NOT_CONTENT.contains(&member)
    }
}

/// The contents of a profile: each member that is not as in a new profile. Debug output does not show them: they have
/// secrets.
#[derive(Clone, PartialEq)]
pub struct Content {
    shown: BTreeMap<String, Value>,
    hidden: BTreeMap<String, Value>,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.shown.keys()).finish()
    }
}

impl Content {
    /// The contents of a profile.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        Self {
            shown: members(&export(profile, Secrets::Shown), profile),
            hidden: members(&export(profile, Secrets::Hidden), profile),
        }
    }

    /// A member; none if it is as in a new profile.
    #[must_use]
    pub fn get(&self, member: &str) -> Option<&Value> {
        self.shown.get(member)
    }

    /// The same without its secrets, which are null.
    #[must_use]
    pub fn without_secrets(&self, member: &str) -> Option<&Value> {
        self.hidden.get(member)
    }

    /// The names of its members.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.shown.keys().map(String::as_str)
    }

    /// The names of the members of either.
    #[must_use]
    pub fn names_with<'a>(&'a self, other: &'a Self) -> BTreeSet<&'a str> {
        self.names().chain(other.names()).collect()
    }
}

/// The members of a document, by name.
fn members(document: &Value, profile: &Profile) -> BTreeMap<String, Value> {
    let Value::Object(all) = document else { return BTreeMap::new() };
    let mut members: BTreeMap<String, Value> = all
        .iter()
        .filter(|(name, _)| !NOT_CONTENT.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let Some(Value::Object(headers)) = members.get("headers") {
        // Their order has no meaning.
        let sorted: BTreeMap<String, Value> =
            headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        if sorted.is_empty() {
            members.remove("headers");
        } else {
            members.insert("headers".to_owned(), Value::Object(sorted.into_iter().collect::<Map<_, _>>()));
        }
    }
    // One secret is written without a list.
    if let (None, Some(secret)) = (members.get("signing_secrets"), all.get("signing_secret")) {
        members.insert("signing_secrets".to_owned(), Value::Array(vec![secret.clone()]));
    }
    if members.get("body").and_then(Value::as_str) == Some("") {
        members.remove("body");
    }
    if profile.retry.count() == 0 {
        members.remove("retry");
    }
    if profile.events.is_empty() {
        members.remove("events");
    }
    if profile.status == Status::Active {
        members.remove("status");
    }
    members
}

/// A short text that differs where a value does: a value is found from it only by trying values.
#[must_use]
pub fn fingerprint(value: Option<&Value>) -> String {
    let text = value.map(ToString::to_string).unwrap_or_default();
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(16).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
