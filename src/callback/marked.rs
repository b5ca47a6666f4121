//! A profile's request with a mark in the place of each value: finds where the encrypted values are.

use std::collections::HashMap;

use super::render::{Context, render};
use super::request::Callback;
use super::values::Values;
use crate::profile::{Encryption, Profile};

/// A request that the renderer made of marks, so that the places of values cannot differ from those that are sent.
#[derive(Debug)]
pub struct MarkedRequest {
    /// The request, without encryption.
    pub callback: Callback,
    /// The mark of each variable, and whether its value is encrypted.
    marks: HashMap<String, bool>,
}

impl MarkedRequest {
    /// The request of a profile that encrypts; none if no request can be made of marks.
    #[must_use]
    pub fn of(profile: &Profile, encryption: &Encryption) -> Option<Self> {
        let mut values = Values::default();
        let mut marks = HashMap::new();
        for (at, path) in profile.variables().into_iter().enumerate() {
            let mark = format!("ringback-variable-{at}-");
            values.set(path.as_str(), mark.as_str().into());
            marks.insert(mark, encryption.covers(path));
        }
        let clear = Profile { encryption: None, ..profile.clone() };
        let mut context = Context { delivery_id: "0", random: &mut |bytes| bytes.fill(0) };
        let callback = render(&clear, &values, &mut context).ok()?;
        Some(Self { callback, marks })
    }

    /// Whether a text is one encrypted value, and nothing else.
    #[must_use]
    pub fn is_encrypted(&self, text: &str) -> bool {
        self.marks.get(text) == Some(&true)
    }

    /// Whether a value is a part of a text.
    #[must_use]
    pub fn has_value(&self, text: &str) -> bool {
        self.marks.keys().any(|mark| text.contains(mark.as_str()))
    }
}
