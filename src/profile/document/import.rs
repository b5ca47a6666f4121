//! Documents from elsewhere, with older syntax converted.

use serde_json::{Value, json};

use super::{Document, DocumentError, Secrets, body_type, platform, write};
use crate::profile::body::BYTE_ORDER_MARK;
use crate::profile::field::{Field, FieldError};
use crate::profile::{Channel, Profile, braces};

impl Document {
    /// Parses one profile from elsewhere. In Voice's URL and body `{name}` and `{{name}}` become `<name>` if `known`
    /// says that Voice has such a variable (our decision), unless the document says that braces in it are text, as
    /// [`export`] does. A byte order mark at the start of the body is dropped, except from an export, whose body was
    /// stored like that; and members that only the platform uses are set aside.
    ///
    /// # Errors
    /// As [`Document::read`].
    pub fn import(value: Value, known: &dyn Fn(&str) -> bool) -> Result<Self, DocumentError> {
        Self::imported(value, known, false)
    }

    /// Parses one profile of a response of the platform's API. There an unknown field is not an error, and values may
    /// be written as the platform writes them: `enc` as text or without values, names of choices in any case, a
    /// status and the value of a header as text or as a number. What Ringback cannot carry is in
    /// [`Document::unused`], what it had to change in [`Document::changed`].
    ///
    /// # Errors
    /// As [`Document::read`], except for unknown fields.
    pub fn import_from_platform(value: Value, known: &dyn Fn(&str) -> bool) -> Result<Self, DocumentError> {
        Self::imported(value, known, true)
    }

    fn imported(
        mut value: Value,
        known: &dyn Fn(&str) -> bool,
        from_platform: bool,
    ) -> Result<Self, DocumentError> {
        let aside = platform::set_aside(&mut value, from_platform);
        let mut document = Self { unused: aside.unused, ..Self::read(value)? };
        let Self { draft, changed, literal_braces, modified_at, .. } = &mut document;
        let is_export = modified_at.is_some() && !from_platform;
        changed.extend(aside.body_type.and_then(|name| body_type::differs(&name, draft)));
        if let Some(rest) = draft.body.strip_prefix(BYTE_ORDER_MARK).filter(|_| !is_export) {
            draft.body = rest.to_owned();
            let message = "byte order mark (U+FEFF) at its start removed".to_owned();
            changed.push(FieldError { field: Field::Body, message });
        }
        if draft.channel() == Some(Channel::Voice) && !*literal_braces {
            for (field, text) in [(Field::Endpoint, &mut draft.endpoint), (Field::Body, &mut draft.body)] {
                let (modern, replaced) = braces::modernized(text, known);
                *text = modern;
                let read = replaced.iter().map(|old| format!("{} read as {}", old.written, old.path));
                let message = read.collect::<Vec<_>>().join(", ");
                if !message.is_empty() {
                    changed.push(FieldError { field, message });
                }
            }
        }
        Ok(document)
    }
}

/// Writes a profile as JSON that [`Document::import`] parses to the same profile, wherever it is applied: it marks
/// braces that could be Voice's older placeholders as text.
#[must_use]
pub fn export(profile: &Profile, secrets: Secrets) -> Value {
    let mut document = write(profile, secrets);
    let endpoint = profile.endpoint.template().to_string();
    let has_braces = || braces::has_any(&endpoint) || braces::has_any(profile.body.text());
    if profile.channel == Channel::Voice && has_braces() {
        document["literal_braces"] = json!(true);
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Identity, ProfileId, Region, Rules};
    use proptest::prelude::*;

    fn known(name: &str) -> bool {
        name == "id"
    }

    fn voice(url: &str, body: &str) -> Value {
        json!({"title": "Calls", "channel": "voice", "url": url, "body": body})
    }

    fn fields(document: Document) -> (String, String) {
        (document.draft.endpoint, document.draft.body)
    }

    #[test]
    fn older_placeholders_are_converted_on_import_only() {
        let read = |import: bool, channel: &str| {
            let mut json = voice("https://x.example/{id}", "{id} ${HOME}");
            json["channel"] = json!(channel);
            let document =
                if import { Document::import(json, &known) } else { Document::read(json) }.unwrap();
            let changed: Vec<String> = document.changed.iter().map(ToString::to_string).collect();
            (fields(document), changed)
        };
        let old = ("https://x.example/{id}".to_owned(), "{id} ${HOME}".to_owned());
        assert_eq!(read(false, "voice"), (old.clone(), vec![]));
        assert_eq!(read(true, "sms"), (old, vec![]));
        let new = ("https://x.example/<id>".to_owned(), "<id> ${HOME}".to_owned());
        let changed = ["url: {id} read as <id>", "body: {id} read as <id>"].map(str::to_owned);
        assert_eq!(read(true, "voice"), (new, changed.to_vec()));
    }

    #[test]
    fn a_byte_order_mark_at_the_start_of_a_body_is_dropped() {
        for channel in ["voice", "default"] {
            let mut json = voice("https://x.example", "\u{feff}{\"a\":\"\u{feff}\"}");
            json["channel"] = json!(channel);
            let document = Document::import(json.clone(), &known).unwrap();
            let changed: Vec<String> = document.changed.iter().map(ToString::to_string).collect();
            assert_eq!(changed, ["body: byte order mark (U+FEFF) at its start removed"]);
            assert_eq!(document.draft.body, "{\"a\":\"\u{feff}\"}");
            json["modified_at"] = json!("2025-04-17T13:05:20Z");
            let exported = Document::import(json, &known).unwrap();
            assert!(exported.changed.is_empty() && exported.draft.body.starts_with('\u{feff}'));
        }
    }

    proptest! {
        #[test]
        fn exports_with_braces_round_trip(
            body in "([{}<>\"$ ]|id|keypress:1|api:A\\.B|color:red|name|\\{id\\}){0,16}",
            path in "([{}]|id|keypress:1|\\{id\\}|<id>){0,8}",
        ) {
            let document = Document::read(voice(&format!("https://x.example/{path}"), &body)).unwrap();
            let time = "2025-04-17T13:05:20Z".parse().unwrap();
            let id = ProfileId::new(Region::default(), uuid::Uuid::nil());
            let identity = Identity { id, created_at: time, modified_at: time };
            let profile = document.draft.check(Rules::STORED, identity).unwrap();
            let again = Document::import(export(&profile, Secrets::Shown), &|_| true).unwrap();
            prop_assert!(again.changed.is_empty());
            prop_assert_eq!(fields(again), (profile.endpoint.template().to_string(), body));
        }
    }
}
