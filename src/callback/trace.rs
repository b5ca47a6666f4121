//! How each placeholder was used in a request: recorded by the renderer, so that a preview shows what really happens.

use serde_json::Value;

use super::escape::{Escaping, json};
use crate::profile::Path;

/// One placeholder, and its replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The placeholder.
    pub path: Path,
    /// The part of the request.
    pub part: RequestPart,
    /// The value before encryption and escaping; none if there is none.
    pub value: Option<Value>,
    /// Whether the value was encrypted.
    pub encrypted: bool,
    /// How the text was escaped.
    pub escaping: Escaping,
    /// Its replacement in the request.
    pub sent: String,
    /// In a JSON body: the part of a form that it becomes when the body is converted to one.
    pub(super) spot: Spot,
}

/// The part of a request that contains a placeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestPart {
    /// Path or query.
    Url,
    /// The value of a header.
    Header {
        /// The header's name as typed.
        name: String,
        /// Whether the value is secret by the header's name.
        secret: bool,
    },
    /// The body.
    Body,
}

/// The part of a form that a placeholder in JSON becomes.
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

/// The records of the renderer.
pub(super) struct Trace<'a> {
    pub uses: &'a mut Vec<Use>,
    pub part: RequestPart,
}

/// The target format when the members of a JSON object are sent as the fields of a form.
#[derive(Debug, Clone, Copy)]
pub(super) enum Carrier {
    UrlEncoded,
    Multipart,
}

/// Converts the records of a JSON body to those of the form that it was converted to.
pub(super) fn carry(uses: &mut [Use], carrier: Carrier, body: &[u8]) {
    for noted in uses.iter_mut().filter(|noted| noted.part == RequestPart::Body) {
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
                // Valid, since it was just serialized.
                json::text_of(&json).unwrap_or(json)
            }
        };
        (noted.escaping, noted.sent) = (escaping, escaping.apply(&text));
    }
}
