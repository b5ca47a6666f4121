//! Renders a case, decodes the request, and compares.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use reqwest::header::{HeaderName, HeaderValue};
use ringback::callback::{Callback, Context, Signed, credentials, render};
use ringback::profile::Choice as _;
use serde_json::Value;
use url::Url;

use super::body::{Body, Node};
use super::case::Case;
use super::decode::{self, Pairs};
use super::model::{Model, RANDOM};
use super::piece::Piece;

/// The result of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaseOutcome {
    /// A request, decoded completely.
    Request,
    /// It was correctly rejected: a header's line would have been broken.
    BrokenHeader,
    /// It was correctly rejected: the path would have changed.
    OtherPath,
}

type Checked<T> = Result<T, TestCaseError>;

/// Renders and compares.
pub fn request(case: &Case) -> Checked<CaseOutcome> {
    let profile = case.profile();
    let model = Model::new(case);
    let mut random = |bytes: &mut [u8]| bytes.fill(RANDOM);
    let rendered = render(&profile, &case.values, &mut Context { delivery_id: "d1", random: &mut random });
    let (secret, open): (Vec<_>, Vec<_>) = case.headers.iter().partition(|(name, _)| name.contains("Token"));
    if model.leads_elsewhere() {
        prop_assert!(rendered.is_err());
        return Ok(CaseOutcome::OtherPath);
    }
    if open.iter().any(|(_, value)| model.breaks_header(value)) {
        prop_assert!(rendered.is_err());
        return Ok(CaseOutcome::BrokenHeader);
    }
    let callback = rendered.map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(callback.method.name(), case.method);
    url(case, &model, &callback)?;
    headers(&model, &open, &callback.headers)?;
    body(case, &model, &callback)?;
    let signed = Signed { delivery_id: "d1", unix_seconds: 1, body: &callback.body };
    let made = credentials(&profile, &case.values, &signed, &mut |bytes| bytes.fill(RANDOM));
    if secret.iter().any(|(_, value)| model.breaks_header(value)) {
        prop_assert!(made.is_err());
        return Ok(CaseOutcome::BrokenHeader);
    }
    headers(&model, &secret, &made.map_err(|error| TestCaseError::fail(error.to_string()))?)?;
    Ok(CaseOutcome::Request)
}

fn url(case: &Case, model: &Model, callback: &Callback) -> Checked<()> {
    let url = Url::parse(&callback.url).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(url.as_str(), &callback.url, "the URL is in its normal form");
    prop_assert_eq!(url.origin().ascii_serialization(), case.origin);
    prop_assert_eq!(url.fragment(), None);
    let expected: Vec<String> = case.segments.iter().map(|segment| model.text(segment)).collect();
    prop_assert_eq!(decode::segments(&url), expected);
    let query: Pairs = url.query_pairs().into_owned().collect();
    prop_assert_eq!(query, pairs(model, &case.query));
    Ok(())
}

fn pairs(model: &Model, pairs: &[(Vec<Piece>, Vec<Piece>)]) -> Pairs {
    pairs.iter().map(|(name, value)| (model.text(name), model.text(value))).collect()
}

fn header_of<'a>(headers: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).collect()
}

/// Each row occurs once, with its value, and every header can be sent.
fn headers(model: &Model, rows: &[&(String, Vec<Piece>)], made: &[(String, String)]) -> Checked<()> {
    for (name, value) in rows {
        let expected = model.text(value);
        prop_assert_eq!(header_of(made, name), vec![expected.as_str()], "{}", name);
    }
    for (name, value) in made {
        prop_assert!(HeaderName::try_from(name.as_str()).is_ok(), "{}", name);
        prop_assert!(HeaderValue::try_from(value.as_str()).is_ok(), "{}: {:?}", name, value);
    }
    Ok(())
}

fn body(case: &Case, model: &Model, callback: &Callback) -> Checked<()> {
    let own =
        case.headers.iter().find(|(name, _)| name == "content-TYPE").map(|(_, value)| model.text(value));
    let types = header_of(&callback.headers, "content-type");
    prop_assert!(types.len() <= 1);
    let content_type = types.first().copied();
    if !case.has_body() || matches!(case.body, Body::Empty(_)) {
        prop_assert!(callback.body.is_empty());
        prop_assert_eq!(content_type, own.as_deref());
        return Ok(());
    }
    let usual = match (&case.body, case.format) {
        (_, "form-data") => {
            let content_type = content_type.unwrap_or_default();
            let expected: Pairs = fields(case, model)
                .into_iter()
                .map(|(name, value)| (decode::escaped_name(&name), value))
                .collect();
            prop_assert_eq!(decode::multipart(content_type, &callback.body), Some(expected));
            return Ok(());
        }
        (_, "url-encoded") | (Body::Pairs(_), "") => {
            prop_assert_eq!(decode::form(&callback.body), fields(case, model));
            "application/x-www-form-urlencoded"
        }
        (Body::Text(pieces), _) => {
            let expected = format!("Dear all: {}", model.text(pieces));
            prop_assert_eq!(std::str::from_utf8(&callback.body), Ok(expected.as_str()));
            "text/plain; charset=utf-8"
        }
        _ => {
            json(case, model, callback)?;
            "application/json"
        }
    };
    prop_assert_eq!(content_type, Some(own.as_deref().unwrap_or(usual)));
    Ok(())
}

/// The fields that a body has for a form.
fn fields(case: &Case, model: &Model) -> Pairs {
    match &case.body {
        Body::Json(Node::Object(members)) => {
            members.iter().map(|(name, node)| (model.text(name), model.field(node))).collect()
        }
        Body::Pairs(typed) => pairs(model, typed),
        _ => Vec::new(),
    }
}

/// JSON is parsed by `serde_json`, and equals the input, including the text of each number.
fn json(case: &Case, model: &Model, callback: &Callback) -> Checked<()> {
    let read: Value = serde_json::from_slice(&callback.body).map_err(|error| {
        TestCaseError::fail(format!("{error} in {:?}", String::from_utf8_lossy(&callback.body)))
    })?;
    let expected = match &case.body {
        Body::Json(node) => serde_json::from_str(&model.compact(node)).expect("the oracle writes JSON"),
        Body::Pairs(pairs) => model.object(pairs),
        Body::Empty(_) | Body::Text(_) => Value::Null,
    };
    // As text too, so that the order of the keys is compared.
    prop_assert_eq!(read.to_string(), expected.to_string());
    prop_assert_eq!(read, expected);
    Ok(())
}
