//! Resolves a placeholder to its value, encrypted if the profile says so.

use std::borrow::Cow;

use serde_json::Value;

use super::escape::Escaping;
use super::trace::{RequestPart, Spot, Trace, Use};
use super::{Random, RenderError, Values, cipher, plain_text};
use crate::profile::{Encryption, Path, Profile, Template, TemplatePart};

/// Looks up values, and records their use on request. Placeholders inside values are never replaced.
pub(super) struct Resolver<'a> {
    values: &'a Values,
    encryption: Option<&'a Encryption>,
    random: &'a mut Random<'a>,
    trace: Option<Trace<'a>>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(profile: &'a Profile, values: &'a Values, random: &'a mut Random<'a>) -> Self {
        Self { values, encryption: profile.encryption.as_ref(), random, trace: None }
    }

    /// Records each placeholder from now on.
    pub(super) fn traced(self, uses: &'a mut Vec<Use>) -> Self {
        Self { trace: Some(Trace { uses, part: RequestPart::Url }), ..self }
    }

    /// Whether uses are recorded.
    pub(super) fn is_traced(&self) -> bool {
        self.trace.is_some()
    }

    /// Sets the part of the request for the placeholders that follow.
    pub(super) fn at(&mut self, part: impl FnOnce() -> RequestPart) {
        if let Some(trace) = &mut self.trace {
            trace.part = part();
        }
    }

    /// Records the text that is sent for the placeholder looked up last.
    pub(super) fn sent(&mut self, escaping: Escaping, spot: Spot, sent: &str) {
        if let Some(last) = self.trace.as_mut().and_then(|trace| trace.uses.last_mut()) {
            (last.escaping, last.spot) = (escaping, spot);
            sent.clone_into(&mut last.sent);
        }
    }

    /// The records so far; none if nothing is recorded.
    pub(super) fn uses(&mut self) -> &mut [Use] {
        self.trace.as_mut().map_or(&mut [], |trace| trace.uses)
    }

    /// The value as sent; `None` if there is none. Encryption applies to text, also if the value is missing: then the
    /// empty text is encrypted.
    pub(super) fn value(&mut self, path: &Path) -> Result<Option<Cow<'a, Value>>, RenderError> {
        let found = self.values.get(path);
        let encryption = self.encryption.filter(|encryption| encryption.covers(path));
        if let Some(Trace { uses, part }) = &mut self.trace {
            uses.push(Use {
                path: path.clone(),
                part: part.clone(),
                value: found.cloned(),
                encrypted: encryption.is_some(),
                escaping: Escaping::AsIs,
                sent: String::new(),
                spot: Spot::Value,
            });
        }
        let Some(encryption) = encryption else {
            return Ok(found.map(Cow::Borrowed));
        };
        let plain = found.map(plain_text).unwrap_or_default();
        cipher::encrypt(encryption, plain.as_bytes(), self.random)
            .map(|text| Some(Cow::Owned(Value::String(text))))
            .map_err(|source| RenderError::Encryption { variable: path.as_str().to_owned(), source })
    }

    /// The value as plain text; empty if there is none.
    pub(super) fn text(&mut self, path: &Path) -> Result<Cow<'a, str>, RenderError> {
        Ok(match self.value(path)? {
            None => Cow::Borrowed(""),
            Some(Cow::Borrowed(Value::String(text))) => Cow::Borrowed(text),
            Some(Cow::Owned(Value::String(text))) => Cow::Owned(text),
            Some(other) => Cow::Owned(plain_text(&other)),
        })
    }

    /// A template with its values unescaped, for positions that are escaped as a whole, in this way.
    pub(super) fn fill(&mut self, template: &Template, escaping: Escaping) -> Result<String, RenderError> {
        let mut filled = String::new();
        for part in template.parts() {
            match part {
                TemplatePart::Text(text) => filled.push_str(text),
                TemplatePart::Variable(path) => {
                    let text = self.text(path)?;
                    if self.is_traced() {
                        self.sent(escaping, Spot::Value, &escaping.apply(&text));
                    }
                    filled.push_str(&text);
                }
            }
        }
        Ok(filled)
    }
}
