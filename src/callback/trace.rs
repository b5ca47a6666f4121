//! What became of each placeholder while a request was made: written by the renderer itself, so that
//! a preview tells what happened and not what should have.

use percent_encoding::utf8_percent_encode;
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use super::fields::text_of;
use super::{json, markup, multipart, target};
use crate::profile::{MarkupPlace, Path};

/// One placeholder, and what stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The placeholder.
    pub path: Path,
    /// Where it stands.
    pub place: Place,
    /// The value before encryption and escaping; none where there is none.
    pub value: Option<Value>,
    /// Whether the value was encrypted.
    pub encrypted: bool,
    /// How the text was made fit for its place.
    pub escaping: Escaping,
    /// What stands in the request for it.
    pub sent: String,
    /// In a JSON body: which part of a form it is when the body is carried over to one.
    pub(super) spot: Spot,
}

/// Where a placeholder stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In path or query.
    Url,
    /// In the value of a header.
    Header {
        /// The header's name as typed.
        name: String,
        /// Whether the value is a secret by the header's name.
        secret: bool,
    },
    /// In the body.
    Body,
}

/// How a value was made fit for its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escaping {
    /// Nothing was changed.
    AsIs,
    /// All but the unreserved characters of URLs as `%41`.
    Percent,
    /// A JSON string, quotes included.
    JsonString,
    /// Text inside a JSON string.
    InJsonString,
    /// JSON that is no string.
    Json,
    /// As forms have it: `+` and `%41`.
    Form,
    /// JSON, and the whole of it as forms have it.
    JsonInForm,
    /// Text between the tags of XML or HTML.
    Markup,
    /// The quoted value of an attribute.
    Attribute,
    /// In a tag, outside of quotes.
    Unquoted,
    /// In a CDATA section.
    CData,
    /// The name of a multipart's part.
    PartName,
    /// The members of an object became the fields of a form; what is sent is the whole body.
    Fields,
    /// Not sent: a later field of the same name took its place.
    Dropped,
}

/// Which part of a form a placeholder in JSON becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    /// The whole body.
    Whole,
    /// A field's name.
    Name,
    /// A field's value, or text in it.
    Value,
    /// Inside an object or array that is a field's value.
    Nested,
}

impl Escaping {
    /// A few words for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AsIs => "as it is",
            Self::Percent => "percent-encoded",
            Self::JsonString => "JSON string",
            Self::InJsonString => "inside a JSON string",
            Self::Json => "JSON",
            Self::Form => "form-encoded",
            Self::JsonInForm => "JSON, form-encoded",
            Self::Markup => "XML or HTML text",
            Self::Attribute => "XML or HTML attribute",
            Self::Unquoted => "in a tag, without quotes",
            Self::CData => "in CDATA",
            Self::PartName => "name of a part",
            Self::Fields => "its members are the fields",
            Self::Dropped => "not sent: a later field has its name",
        }
    }

    /// How a piece of JSON was made: quotes say that it is a string.
    pub(super) fn of_json(json: &str) -> Self {
        if json.starts_with('"') { Self::JsonString } else { Self::Json }
    }

    /// The text as it stands in the request.
    pub(super) fn apply(self, text: &str) -> String {
        match self {
            Self::AsIs | Self::Json | Self::Fields => text.to_owned(),
            Self::Percent => utf8_percent_encode(text, target::IN_URL).to_string(),
            Self::JsonString => json::quoted(text),
            Self::InJsonString => json::unquoted(&json::quoted(text)).to_owned(),
            Self::Form | Self::JsonInForm => byte_serialize(text.as_bytes()).collect(),
            Self::Markup => markup::escaped(text, MarkupPlace::Text),
            Self::Attribute => markup::escaped(text, MarkupPlace::Quoted),
            Self::Unquoted => markup::escaped(text, MarkupPlace::Tag),
            Self::CData => markup::escaped(text, MarkupPlace::CData),
            Self::PartName => multipart::escaped(text),
            Self::Dropped => String::new(),
        }
    }
}

/// The renderer's notes.
pub(super) struct Trace<'a> {
    pub uses: &'a mut Vec<Use>,
    pub place: Place,
}

/// What JSON becomes when its members are sent as the fields of a form.
#[derive(Debug, Clone, Copy)]
pub(super) enum Carrier {
    UrlEncoded,
    Multipart,
}

/// Takes the notes of a JSON body over to those of the form that it was carried over to.
pub(super) fn carry(uses: &mut [Use], carrier: Carrier, body: &[u8]) {
    for noted in uses.iter_mut().filter(|noted| noted.place == Place::Body) {
        let escaping = match (noted.spot, carrier) {
            (Spot::Whole, _) => Escaping::Fields,
            (Spot::Name | Spot::Value, Carrier::UrlEncoded) => Escaping::Form,
            (Spot::Name, Carrier::Multipart) => Escaping::PartName,
            (Spot::Value, Carrier::Multipart) => Escaping::AsIs,
            (Spot::Nested, Carrier::UrlEncoded) => Escaping::JsonInForm,
            (Spot::Nested, Carrier::Multipart) => continue,
        };
        let text = match noted.spot {
            Spot::Whole => String::from_utf8_lossy(body).into_owned(),
            Spot::Nested => std::mem::take(&mut noted.sent),
            Spot::Name | Spot::Value => {
                let within = noted.escaping == Escaping::InJsonString;
                let json = if within { format!("\"{}\"", noted.sent) } else { noted.sent.clone() };
                // What was written as JSON a moment ago is JSON.
                text_of(&json).unwrap_or(json)
            }
        };
        (noted.escaping, noted.sent) = (escaping, escaping.apply(&text));
    }
}
