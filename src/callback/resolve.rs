//! From a placeholder to its value, encrypted where the profile asks for it.

use std::borrow::Cow;

use serde_json::Value;

use super::escape::Escaping;
use super::trace::{RequestPart, Spot, Trace, Use};
use super::{Random, RenderError, Values, cipher, plain_text};
use crate::profile::{Encryption, Path, Profile, Template, TemplatePart};

/// Looks values up, and notes what becomes of them where somebody wants to know. A value is never
/// read again for placeholders.
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

    /// Notes each placeholder from now on.
    pub(super) fn traced(self, uses: &'a mut Vec<Use>) -> Self {
        Self { trace: Some(Trace { uses, part: RequestPart::Url }), ..self }
    }

    /// Says where the placeholders that follow stand.
    pub(super) fn at(&mut self, part: impl FnOnce() -> RequestPart) {
        if let Some(trace) = &mut self.trace {
            trace.part = part();
        }
    }

    /// Notes what stands in the request for the placeholder looked up last.
    pub(super) fn sent(&mut self, escaping: Escaping, spot: Spot, sent: &str) {
        if let Some(last) = self.trace.as_mut().and_then(|trace| trace.uses.last_mut()) {
            (last.escaping, last.spot) = (escaping, spot);
            sent.clone_into(&mut last.sent);
        }
    }

    /// The notes so far; none where nobody wants them.
    pub(super) fn uses(&mut self) -> &mut [Use] {
        self.trace.as_mut().map_or(&mut [], |trace| trace.uses)
    }

    /// The value as it is sent; `None` where there is none. What is encrypted is a text, also where
    /// the value is missing: then the empty text is encrypted.
    pub(super) fn value(&mut self, path: &Path) -> Result<Option<Cow<'a, Value>>, RenderError> {
        let found = self.values.get(path);
        let encryption = self.encryption.filter(|e| e.covers(path.name()) || e.covers(path.as_str()));
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

    /// The value as plain text; empty where there is none.
    pub(super) fn text(&mut self, path: &Path) -> Result<Cow<'a, str>, RenderError> {
        Ok(match self.value(path)? {
            None => Cow::Borrowed(""),
            Some(Cow::Borrowed(Value::String(text))) => Cow::Borrowed(text),
            Some(Cow::Owned(Value::String(text))) => Cow::Owned(text),
            Some(other) => Cow::Owned(plain_text(&other)),
        })
    }

    /// A template with its values as they are, for places that escape the whole, in this way.
    pub(super) fn fill(&mut self, template: &Template, escaping: Escaping) -> Result<String, RenderError> {
        let mut filled = String::new();
        for part in template.parts() {
            match part {
                TemplatePart::Text(text) => filled.push_str(text),
                TemplatePart::Variable(path) => {
                    let text = self.text(path)?;
                    if self.trace.is_some() {
                        self.sent(escaping, Spot::Value, &escaping.apply(&text));
                    }
                    filled.push_str(&text);
                }
            }
        }
        Ok(filled)
    }
}
