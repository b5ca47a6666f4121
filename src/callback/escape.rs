//! Escapes a value for its position in a request.

pub(super) mod json;
pub(super) mod markup;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::form_urlencoded::byte_serialize;

use crate::profile::MarkupPlace;

/// All but the unreserved characters of RFC 3986, section 2.3.
pub(super) const IN_URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a value was escaped for its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escaping {
    /// Nothing was changed.
    AsIs,
    /// All but the unreserved characters of URLs as `%41`.
    Percent,
    /// A JSON string, including quotes.
    JsonString,
    /// Text inside a JSON string.
    InJsonString,
    /// JSON that is not a string.
    Json,
    /// Form encoding: `+` and `%41`.
    Form,
    /// JSON, then form encoding.
    JsonInForm,
    /// Text between the tags of XML or HTML.
    Markup,
    /// The quoted value of an attribute.
    Attribute,
    /// In a tag, outside quotes.
    Unquoted,
    /// In a CDATA section.
    CData,
    /// The name of a multipart part.
    PartName,
    /// The members of an object became the fields of a form; the sent text is the whole body.
    Fields,
    /// Not sent: a later field with the same name replaced it.
    Dropped,
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

    /// How a piece of JSON was escaped: quotes mean that it is a string.
    pub(super) fn of_json(json: &str) -> Self {
        if json.starts_with('"') { Self::JsonString } else { Self::Json }
    }

    /// The text, escaped for its part of the request.
    pub(super) fn apply(self, text: &str) -> String {
        match self {
            Self::AsIs | Self::Json | Self::Fields => text.to_owned(),
            Self::Percent => utf8_percent_encode(text, IN_URL).to_string(),
            Self::JsonString => json::quoted(text),
            Self::InJsonString => json::unquoted(&json::quoted(text)).to_owned(),
            Self::Form | Self::JsonInForm => byte_serialize(text.as_bytes()).collect(),
            Self::Markup => markup::escaped(text, MarkupPlace::Text),
            Self::Attribute => markup::escaped(text, MarkupPlace::Quoted),
            Self::Unquoted => markup::escaped(text, MarkupPlace::Tag),
            Self::CData => markup::escaped(text, MarkupPlace::CData),
            Self::PartName => part_name(text),
            Self::Dropped => String::new(),
        }
    }
}

/// The name of a part, as the HTML standard escapes it (section 4.10.21.8).
pub(super) fn part_name(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
