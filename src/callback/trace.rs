//! What became of each placeholder while a request was made: written by the renderer itself, so that
//! a preview tells what happened and not what should have.

use serde_json::Value;

use super::escape::{Escaping, json};
use crate::profile::Path;

/// One placeholder, and what stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The placeholder.
    pub path: Path,
    /// Where it stands.
    pub part: RequestPart,
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
pub enum RequestPart {
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

/// The renderer's notes.
pub(super) struct Trace<'a> {
    pub uses: &'a mut Vec<Use>,
    pub part: RequestPart,
}

/// What JSON becomes when its members are sent as the fields of a form.
#[derive(Debug, Clone, Copy)]
pub(super) enum Carrier {
    UrlEncoded,
    Multipart,
}

/// Takes the notes of a JSON body over to those of the form that it was carried over to.
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
                // What was written as JSON a moment ago is JSON.
                json::text_of(&json).unwrap_or(json)
            }
        };
        (noted.escaping, noted.sent) = (escaping, escaping.apply(&text));
    }
}
