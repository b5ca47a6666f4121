//! The request that a command makes, as the fields of a draft.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::body::Source;
use super::collected::Collected;
use super::command::Command;
use super::error::CurlError;
use super::imported::{ImportedCurl, Retries};
use super::inputs::CurlInputs;
use super::multipart;
use crate::profile::body::{Body, BodyForm};
use crate::profile::choice::Choice as _;
use crate::profile::draft::{Draft, DraftHeader};
use crate::profile::elements::Syntax;
use crate::profile::format::DataFormat;
use crate::profile::headers::check_name;
use crate::profile::method::Method;
use crate::profile::retry::RetryPolicy;
use crate::profile::template::Template;

const FORM: &str = "application/x-www-form-urlencoded";

/// The fields of the request that a command makes.
pub(super) fn of(
    command: Command,
    literal: bool,
    inputs: &dyn CurlInputs,
) -> Result<ImportedCurl, CurlError> {
    Collected::of(command, literal, inputs)?.put_together()
}

impl Collected<'_> {
    fn put_together(mut self) -> Result<ImportedCurl, CurlError> {
        let has_body = self.data.is_some() || self.form.is_some();
        let posts = has_body && !self.as_query;
        let method = self.method.take().unwrap_or_else(|| if posts { "POST" } else { "GET" }.to_owned());
        self.fields.method = method.to_ascii_uppercase();
        if self.as_query {
            if self.form.is_some() {
                return Err(CurlError::TwoBodies);
            }
            if let Some(data) = self.data.take() {
                self.query.push(Source::text("--get", data)?);
            }
        }
        self.endpoint()?;
        self.join_headers();
        self.credentials();
        self.body()?;
        self.own_headers();
        self.retries();
        self.placeholders();
        Ok(ImportedCurl { fields: self.fields, notes: self.notes })
    }

    fn endpoint(&mut self) -> Result<(), CurlError> {
        let [url] = self.urls.as_slice() else { return Err(CurlError::Urls(self.urls.len())) };
        // The scheme that curl assumes.
        let mut url = if url.contains("://") { url.clone() } else { format!("http://{url}") };
        if let Some(at) = url.find('#') {
            url.truncate(at);
        }
        if !self.glob_off && has_range(&url) {
            return Err(CurlError::Refused {
                option: "a URL with `{a,b}` or `[1-9]`".to_owned(),
                reason: "curl makes several requests of it, and a profile is one; with -g it is text",
            });
        }
        let (url, user) = without_user(&url);
        if self.fields.user.is_none() {
            self.fields.user = user;
        }
        let mut url = self.literal(&url);
        for piece in &self.query {
            let before = if !url.contains('?') {
                "?"
            } else if url.ends_with(['?', '&']) {
                ""
            } else {
                "&"
            };
            url.push_str(before);
            url.push_str(piece);
        }
        self.fields.endpoint = url;
        Ok(())
    }

    /// The text as it has to be typed to be sent as it is.
    fn literal(&self, text: &str) -> String {
        if self.source.literal { Template::literal(text).to_string() } else { text.to_owned() }
    }

    /// Rows with one name become one, as HTTP allows (RFC 9110, section 5.3), a cookie in its own way.
    fn join_headers(&mut self) {
        for row in std::mem::take(&mut self.headers) {
            let earlier =
                self.fields.headers.iter_mut().find(|other| other.name.eq_ignore_ascii_case(&row.name));
            match earlier {
                None => self.fields.headers.push(row),
                Some(earlier) => {
                    let comma = if row.name.eq_ignore_ascii_case("cookie") { "; " } else { ", " };
                    earlier.value.push_str(comma);
                    earlier.value.push_str(&row.value);
                    self.notes.push(format!("{} is there twice: sent as one header", row.name));
                }
            }
        }
    }

    /// The header `Authorization` wins over `-u`, and that over user and password in the URL, as with curl. `Basic …` in
    /// it is Basic authentication, so that the password is kept as one.
    fn credentials(&mut self) {
        let rows = &mut self.fields.headers;
        let Some(at) = rows.iter().position(|row| row.name.eq_ignore_ascii_case("authorization")) else {
            return;
        };
        self.fields.user = rows.get(at).and_then(|row| basic(&row.value));
        if self.fields.user.is_some() {
            rows.remove(at);
        }
    }

    fn body(&mut self) -> Result<(), CurlError> {
        let typed = self.content_type();
        if let Some(fields) = self.form.take() {
            if self.data.is_some() {
                return Err(CurlError::TwoBodies);
            }
            self.form_data(&fields);
        } else if let Some(data) = self.data.take() {
            let text = Source::text("the data", data)?;
            let is_multipart =
                typed.as_deref().is_some_and(|typed| typed.trim_start().starts_with("multipart/form-data"));
            if is_multipart {
                let typed = typed.unwrap_or_default();
                let parts = multipart::fields(&typed, &text).ok_or_else(|| CurlError::Value {
                    option: "the data".to_owned(),
                    message: "is not a well-formed multipart body of its Content-Type".to_owned(),
                })?;
                self.notes.extend(parts.notes);
                self.form_data(&parts.fields);
            } else {
                self.text_body(&text, typed);
            }
        }
        let sends_none = Method::from_name(&self.fields.method).is_some_and(|method| !method.has_body());
        if sends_none && !self.fields.body.is_empty() {
            let method = &self.fields.method;
            self.notes.push(format!("the body is kept in the profile, and not sent: {method} has none"));
        }
        Ok(())
    }

    fn content_type(&self) -> Option<String> {
        let row = self.fields.headers.iter().find(|row| row.name.eq_ignore_ascii_case("content-type"))?;
        Some(row.value.clone())
    }

    fn form_data(&mut self, fields: &[(String, String)]) {
        self.fields.headers.retain(|row| !row.name.eq_ignore_ascii_case("content-type"));
        self.fields.body = self.source.pairs(fields);
        DataFormat::FormData.name().clone_into(&mut self.fields.data_format);
    }

    /// A body as text, with the Content-Type that curl sends, unless the profile would send that one anyway.
    fn text_body(&mut self, text: &str, typed: Option<String>) {
        let curls = if self.is_json { "application/json" } else { FORM };
        if self.is_json && !self.fields.headers.iter().any(|row| row.name.eq_ignore_ascii_case("accept")) {
            let value = curls.to_owned();
            self.fields.headers.push(DraftHeader { name: "Accept".to_owned(), value });
        }
        let is_typed = typed.is_some();
        let typed = typed.unwrap_or_else(|| curls.to_owned());
        let body = Body::parse(text, Some(&typed));
        let usual = match body.form() {
            BodyForm::Empty => return,
            BodyForm::Json(_) => "application/json",
            BodyForm::Pairs(_) => FORM,
            BodyForm::Markup(markup) if markup.syntax() == Syntax::Html => "text/html; charset=utf-8",
            BodyForm::Markup(_) => "application/xml; charset=utf-8",
            BodyForm::Text { .. } => "text/plain; charset=utf-8",
        };
        self.fields.headers.retain(|row| !row.name.eq_ignore_ascii_case("content-type"));
        if !typed.eq_ignore_ascii_case(usual) {
            if !is_typed {
                self.notes.push(format!("curl sends this body as {typed}, and so does the profile"));
            } else if matches!(body.form(), BodyForm::Pairs(_)) {
                self.notes.push(format!("the body is sent as a form's fields, though it is {typed}"));
            }
            self.fields.headers.push(DraftHeader { name: "Content-Type".to_owned(), value: typed });
        }
        // Markup has elements, which are no placeholders and must not be doubled.
        let is_markup = matches!(body.form(), BodyForm::Markup(_));
        self.fields.body = if is_markup { text.to_owned() } else { self.literal(text) };
    }

    /// Leaves out what Ringback sends itself, and names what it does not let a profile set.
    fn own_headers(&mut self) {
        let host = self.fields.endpoint.split("://").nth(1).unwrap_or("");
        let host = host.split(['/', '?']).next().unwrap_or("").to_owned();
        let notes = &mut self.notes;
        self.fields.headers.retain(|row| {
            let DraftHeader { name, value } = row;
            let is_own = match name.to_ascii_lowercase().as_str() {
                "accept" => value == "*/*",
                "accept-encoding" => value == "identity",
                "user-agent" => value.starts_with("ringback/"),
                "host" => value.eq_ignore_ascii_case(&host),
                "webhook-id" | "webhook-timestamp" | "content-length" | "connection" => true,
                _ => false,
            };
            if !is_own && let Err(why) = check_name(name) {
                notes.push(format!("the header {name}: not carried: {why}"));
                return false;
            }
            !is_own
        });
        if self.source.literal {
            for row in &mut self.fields.headers {
                row.value = Template::literal(&row.value).to_string();
            }
        }
    }

    /// `--retry`, `--retry-delay` and `--max-time` as the profile's policy.
    fn retries(&mut self) {
        let timeout = self.max_time.as_deref().and_then(milliseconds);
        let asked = self.retry.as_deref().and_then(|text| text.trim().parse::<u32>().ok()).unwrap_or(0);
        if asked == 0 {
            if self.max_time.is_some() {
                self.notes.push("--max-time: not carried: a timeout is part of a retry policy".to_owned());
            }
            return;
        }
        let most = u32::from(RetryPolicy::COUNTS[2]);
        if asked > most {
            self.notes.push(format!("--retry {asked}: {most} retries, unless extended_retries is set"));
        }
        self.fields.retries = Some(Retries {
            count: asked.min(most),
            interval: self.retry_delay.take(),
            timeout: timeout.unwrap_or(RetryPolicy::USUAL_TIMEOUT_MS).to_string(),
        });
    }

    /// Names what became a placeholder: somebody may have meant it as text.
    fn placeholders(&mut self) {
        if self.source.literal {
            return;
        }
        let mut draft = Draft::default();
        self.fields.apply_to(&mut draft);
        let body = draft.parsed_body();
        let templates: Vec<Template> = std::iter::once(draft.endpoint.as_str())
            .chain(draft.headers.iter().map(|row| row.value.as_str()))
            .map(Template::parse)
            .collect();
        let mut names: Vec<String> = Vec::new();
        for path in templates.iter().flat_map(Template::variables).chain(body.variables()) {
            let name = format!("<{}>", path.as_str());
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if !names.is_empty() {
            self.notes.push(format!("placeholders: {} (doubled, as in <<id>, it is text)", names.join(", ")));
        }
    }
}

/// A URL without its user and password, and these two.
fn without_user(url: &str) -> (String, Option<(String, String)>) {
    let split = || {
        let (scheme, rest) = url.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (user, host) = authority.rsplit_once('@')?;
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        Some((format!("{scheme}://{host}{path}"), (decoded(user), decoded(password))))
    };
    split().map_or_else(|| (url.to_owned(), None), |(url, user)| (url, Some(user)))
}

/// User and password of `Basic …` (RFC 7617).
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("basic").then_some(())?;
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// Whether curl would expand the URL: `{a,b}` or `[1-9]` after its host.
fn has_range(url: &str) -> bool {
    let after_host = url.split("://").nth(1).and_then(|rest| rest.find(['/', '?']).map(|at| &rest[at..]));
    let within = |open: char, close: char, between: char| {
        let rest = after_host.unwrap_or("");
        rest.split(open).skip(1).any(|piece| {
            piece.split_once(close).is_some_and(|(inner, _)| inner.contains(between) && !inner.contains('"'))
        })
    };
    within('{', '}', ',') || within('[', ']', '-')
}

/// Seconds, perhaps with a fraction, in milliseconds.
fn milliseconds(text: &str) -> Option<u32> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    let whole: u32 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    whole.checked_mul(1000)?.checked_add(fraction.parse().ok()?)
}
