//! The body of a request: as typed, or converted to the data format.

use url::form_urlencoded;

use super::escape::Escaping;
use super::fields::Fields;
use super::resolve::Resolver;
use super::trace::{Carrier, RequestPart, carry};
use super::{RenderError, fields, json, markup, multipart};
use crate::profile::{BodyForm, DataFormat, Profile, Syntax};

/// The bytes of a body and their type.
#[derive(Default)]
pub(super) struct Payload {
    /// Empty without a body.
    pub bytes: Vec<u8>,
    /// None without a body.
    pub content_type: Option<ContentType>,
}

/// The type of a body.
pub(super) enum ContentType {
    /// The default type; a Content-Type among the profile's headers takes precedence.
    Usual(&'static str),
    /// Contains the boundary, without which the body cannot be parsed.
    Multipart(String),
}

/// Renders the body. GET and DELETE have none (our decision).
pub(super) fn payload(
    profile: &Profile,
    resolver: &mut Resolver,
    delivery_id: &str,
) -> Result<Payload, RenderError> {
    if !profile.method.has_body() {
        return Ok(Payload::default());
    }
    resolver.at(|| RequestPart::Body);
    match profile.body.form() {
        BodyForm::Empty => Ok(Payload::default()),
        BodyForm::Json(template) => {
            let json = json::from_template(template, resolver)?;
            match profile.data_format.unwrap_or(DataFormat::Json) {
                DataFormat::Json => Ok(json_payload(json)),
                DataFormat::UrlEncoded => {
                    let payload = url_encoded(&fields::from_json(&json)?);
                    carry(resolver.uses(), Carrier::UrlEncoded, &payload.bytes);
                    Ok(payload)
                }
                DataFormat::FormData => {
                    let payload = form_data(&fields::from_json(&json)?, delivery_id);
                    carry(resolver.uses(), Carrier::Multipart, &payload.bytes);
                    Ok(payload)
                }
            }
        }
        BodyForm::Pairs(pairs) => match profile.data_format.unwrap_or(DataFormat::UrlEncoded) {
            DataFormat::Json => Ok(json_payload(json::from_pairs(pairs, resolver)?)),
            DataFormat::UrlEncoded => {
                let ways = (Escaping::Form, Escaping::Form);
                Ok(url_encoded(&fields::from_pairs(pairs, resolver, ways)?))
            }
            DataFormat::FormData => {
                let ways = (Escaping::PartName, Escaping::AsIs);
                Ok(form_data(&fields::from_pairs(pairs, resolver, ways)?, delivery_id))
            }
        },
        // Neither markup nor plain text has fields to convert, so a data format changes nothing. The check of a
        // profile rejects the combination.
        BodyForm::Markup(template) => Ok(Payload {
            bytes: markup::from_template(template, resolver)?.into_bytes(),
            content_type: Some(ContentType::Usual(match template.syntax() {
                Syntax::Xml => "application/xml; charset=utf-8",
                Syntax::Html => "text/html; charset=utf-8",
            })),
        }),
        BodyForm::Text { template, .. } => Ok(Payload {
            bytes: resolver.fill(template, Escaping::AsIs)?.into_bytes(),
            content_type: Some(ContentType::Usual("text/plain; charset=utf-8")),
        }),
    }
}

fn json_payload(json: String) -> Payload {
    Payload { bytes: json.into_bytes(), content_type: Some(ContentType::Usual("application/json")) }
}

fn url_encoded(fields: &Fields) -> Payload {
    let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Payload {
        bytes: encoded.into_bytes(),
        content_type: Some(ContentType::Usual("application/x-www-form-urlencoded")),
    }
}

fn form_data(fields: &Fields, delivery_id: &str) -> Payload {
    let multipart::Multipart { boundary, bytes } = multipart::write(fields, delivery_id);
    let content_type = format!("multipart/form-data; boundary={boundary}");
    Payload { bytes, content_type: Some(ContentType::Multipart(content_type)) }
}
