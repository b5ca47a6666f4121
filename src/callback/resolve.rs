//! From a placeholder to its value, encrypted where the profile asks for it.

use std::borrow::Cow;

use serde_json::Value;

use super::{Random, RenderError, Values, cipher, plain_text};
use crate::profile::{Encryption, Part, Path, Profile, Template};

/// Looks values up. A value is never read again for placeholders.
pub(super) struct Resolver<'a> {
    values: &'a Values,
    encryption: Option<&'a Encryption>,
    random: &'a mut Random<'a>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(profile: &'a Profile, values: &'a Values, random: &'a mut Random<'a>) -> Self {
        Self { values, encryption: profile.encryption.as_ref(), random }
    }

    /// The value as it is sent; `None` where there is none. What is encrypted is a text, also where
    /// the value is missing: then the empty text is encrypted.
    pub(super) fn value(&mut self, path: &Path) -> Result<Option<Cow<'a, Value>>, RenderError> {
        let found = self.values.get(path);
        let Some(encryption) = self.encryption.filter(|e| e.covers(path.name())) else {
            return Ok(found.map(Cow::Borrowed));
        };
        let plain = found.map(plain_text).unwrap_or_default();
        cipher::encrypt(encryption, plain.as_bytes(), self.random)
            .map(|text| Some(Cow::Owned(Value::String(text))))
            .map_err(|source| RenderError::Encryption { variable: path.as_str().to_owned(), source })
    }

    /// The value as plain text; empty where there is none.
    pub(super) fn text(&mut self, path: &Path) -> Result<Cow<'a, str>, RenderError> {
        Ok(match self.value(path)? {
            None => Cow::Borrowed(""),
            Some(Cow::Borrowed(Value::String(text))) => Cow::Borrowed(text),
            Some(Cow::Owned(Value::String(text))) => Cow::Owned(text),
            Some(other) => Cow::Owned(plain_text(&other)),
        })
    }

    /// A template with its values as they are, for places that escape the whole or nothing.
    pub(super) fn fill(&mut self, template: &Template) -> Result<String, RenderError> {
        let mut filled = String::new();
        for part in template.parts() {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Variable(path) => filled.push_str(&self.text(path)?),
            }
        }
        Ok(filled)
    }
}
