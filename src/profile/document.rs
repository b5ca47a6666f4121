//! A profile as JSON: what `profiles apply` reads and `profiles export` writes.
//!
//! Names are the platform's where it has one (public page). Unknown fields are rejected by name. A document is
//! the whole profile: a missing member is as in a new profile, so without `auth`, `enc`, `headers`, `signing_secret`
//! or `tls` there are none. `null` keeps a secret that is already stored; a password, key, vector or client secret
//! may be omitted too.

mod auth;
mod body_type;
mod diff;
mod error;
mod fallback;
mod import;
mod platform;
mod removed;
mod schema;
mod signing;
mod spelling;
mod tls;
mod typed;

use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value, json};

use super::Profile;
use super::auto_enable::AutoEnable;
use super::channel::Channel;
use super::choice::Choice;
use super::draft::{Draft, DraftHeader};
use super::encryption::{Algorithm, Iv};
use super::field::{Field, FieldError};
use super::id::ProfileId;
use super::status::Status;
use crate::json;
use crate::text::rfc3339;

pub use body_type::body_type;
pub use diff::{FieldChange, Sides, diff, fields, value_changes};
pub use error::DocumentError;
use error::{misfit, problem};
pub use import::export;
pub use platform::{Response, response};
pub use removed::RemovedPart;
pub use schema::schema;
pub use typed::write_draft;

/// A profile parsed from JSON, not checked yet.
#[derive(Debug, Clone)]
pub struct Document {
    /// Present if it names a profile to update or restore.
    pub id: Option<ProfileId>,
    /// Its fields as text.
    pub draft: Draft,
    /// Secrets that were omitted; [`Document::keep_secrets`] fills them in.
    pub left_out: Vec<Field>,
    /// What is absent from the whole document; [`Document::removed`] says what that removes.
    absent: Vec<RemovedPart>,
    /// What is present; [`Document::fallbacks`] says what the rest resets.
    mentioned: HashSet<String>,
    /// The names of members with a value that [`Document::import`] did not use.
    pub unused: Vec<String>,
    /// What [`Document::import`] changed, by field.
    pub changed: Vec<FieldError>,
    /// Whether all older signing secrets are kept.
    keeps_older_secrets: bool,
    /// Whether braces in it are text, not Voice's older placeholders.
    literal_braces: bool,
    /// When it was created, if the file says so.
    pub created_at: Option<Timestamp>,
    /// When it was last saved, if the file says so.
    pub modified_at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
struct Fields {
    profile_id: Option<String>,
    title: Option<String>,
    channel: Option<String>,
    events: Option<Vec<String>>,
    http_method: Option<String>,
    url: Option<String>,
    body: Option<String>,
    headers: Option<Value>,
    enc: Option<Enc>,
    status: Option<u64>,
    created_at: Option<String>,
    modified_at: Option<String>,
    data_format: Option<String>,
    auth: Option<auth::Members>,
    retry: Option<Retry>,
    #[serde(default)]
    signing_secret: MaybeNull<String>,
    #[serde(default)]
    signing_secrets: MaybeNull<Vec<Option<String>>>,
    tls: Option<tls::Members>,
    http2: Option<bool>,
    expires_after_s: Option<Number>,
    max_in_flight: Option<Number>,
    rate_limit: Option<Number>,
    ordered: Option<bool>,
    auto_enable: Option<String>,
    literal_braces: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
struct Enc {
    algo: Option<String>,
    key: Option<String>,
    #[serde(rename = "IV")]
    iv: Option<String>,
    parameters: Option<Vec<String>>,
    random_iv: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
struct Retry {
    count: Option<Number>,
    interval_s: Option<Number>,
    timeout_ms: Option<Number>,
    backoff: Option<String>,
}

/// A field whose `null` differs from its absence.
#[derive(Default)]
enum MaybeNull<T> {
    #[default]
    Nothing,
    Null,
    Given(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for MaybeNull<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(from)?.map_or(Self::Null, Self::Given))
    }
}

impl Document {
    /// Parses one profile exactly as written.
    ///
    /// # Errors
    /// A field that is unknown or of another type, with its path.
    pub fn read(value: Value) -> Result<Self, DocumentError> {
        let (absent, mentioned) = (removed::absent(&value), fallback::mentioned(&value));
        let fields: Fields = serde_path_to_error::deserialize(value).map_err(|error| misfit(&error))?;
        let id = fields
            .profile_id
            .map(|id| ProfileId::parse(&id).map_err(|error| problem("profile_id", error.to_string())))
            .transpose()?;
        let mut left_out = Vec::new();
        // An invalid channel is reported by the check, with the errors of other fields.
        let named = fields.channel.as_deref().map_or(Some(Channel::Default), Channel::from_name);
        let mut draft = Draft::new(named.unwrap_or_default());
        draft.events.clear();
        set(&mut draft.channel, fields.channel);
        set(&mut draft.title, fields.title);
        set(&mut draft.events, fields.events);
        set(&mut draft.method, fields.http_method);
        set(&mut draft.endpoint, fields.url);
        set(&mut draft.body, fields.body);
        set(&mut draft.data_format, fields.data_format);
        if let Some(headers) = fields.headers {
            draft.headers = read_rows(headers, "headers", Field::HeaderValue, &mut left_out)?;
        }
        if let Some(status) = fields.status {
            let status = Status::from_number(status)
                .ok_or_else(|| problem("status", "1 (active), 2 (auto-disabled) or 3 (disabled)"))?;
            status.name().clone_into(&mut draft.status);
        }
        if let Some(retry) = fields.retry {
            read_retry(retry, &mut draft)?;
        }
        if let Some(auth) = fields.auth {
            auth::read(auth, &mut draft, &mut left_out)?;
        }
        if let Some(enc) = fields.enc {
            read_enc(enc, &mut draft, &mut left_out);
            one_of::<Algorithm>("enc.algo", &draft.enc_algorithm)?;
        }
        let keeps_older_secrets =
            signing::read(fields.signing_secret, fields.signing_secrets, &mut draft, &mut left_out)?;
        if let Some(tls) = fields.tls {
            tls::read(tls, &mut draft);
        }
        set(&mut draft.http2, fields.http2);
        set(&mut draft.expires_after, fields.expires_after_s.map(|n| n.to_string()));
        set(&mut draft.max_in_flight, fields.max_in_flight.map(|n| n.to_string()));
        set(&mut draft.rate_limit, fields.rate_limit.map(|n| n.to_string()));
        set(&mut draft.ordered, fields.ordered);
        if let Some(name) = fields.auto_enable {
            one_of::<AutoEnable>("auto_enable", &name)?;
            draft.probe = name == AutoEnable::Probe.name();
        }
        let created_at = read_time("created_at", fields.created_at)?;
        let modified_at = read_time("modified_at", fields.modified_at)?;
        let literal_braces = fields.literal_braces.unwrap_or(false);
        let (unused, changed) = (Vec::new(), Vec::new());
        Ok(Self {
            id,
            draft,
            left_out,
            absent,
            mentioned,
            unused,
            changed,
            keeps_older_secrets,
            literal_braces,
            created_at,
            modified_at,
        })
    }

    /// Fills in omitted secrets from the stored profile.
    pub fn keep_secrets(&mut self, stored: &Profile) {
        self.keep_secrets_of(&Draft::from(stored));
    }

    /// As [`Document::keep_secrets`], from an earlier draft.
    pub fn keep_secrets_of(&mut self, stored: &Draft) {
        let mut secrets = signing::stored(stored);
        for field in std::mem::take(&mut self.left_out) {
            match field {
                Field::AuthPassword => self.draft.auth_password.clone_from(&stored.auth_password),
                Field::AuthKey => self.draft.auth_key.clone_from(&stored.auth_key),
                Field::EncKey => self.draft.enc_key.clone_from(&stored.enc_key),
                Field::EncIv => self.draft.enc_iv.clone_from(&stored.enc_iv),
                Field::SigningSecret => self.draft.signing_secret = secrets.next().unwrap_or_default(),
                Field::OlderSecret(at) => match secrets.next() {
                    Some(secret) => self.draft.older_secrets[at] = secret,
                    None => self.left_out.push(field),
                },
                Field::HeaderValue(at) => {
                    self.keep_row(field, at, |draft| &mut draft.headers, &stored.headers);
                }
                Field::AuthClientSecret => {
                    self.draft.oauth2.client_secret.clone_from(&stored.oauth2.client_secret);
                }
                Field::TokenFieldValue(at) => {
                    self.keep_row(field, at, |draft| &mut draft.oauth2.fields, &stored.oauth2.fields);
                }
                Field::TokenHeaderValue(at) => {
                    self.keep_row(field, at, |draft| &mut draft.oauth2.headers, &stored.oauth2.headers);
                }
                _ => self.left_out.push(field),
            }
        }
        if std::mem::take(&mut self.keeps_older_secrets) {
            self.draft.older_secrets.clone_from(&stored.older_secrets);
        }
    }

    /// Fills in the value of a row from the stored row with its name, if there is one.
    fn keep_row(
        &mut self,
        field: Field,
        at: usize,
        rows: fn(&mut Draft) -> &mut Vec<DraftHeader>,
        stored: &[DraftHeader],
    ) {
        let row = &mut rows(&mut self.draft)[at];
        match stored.iter().find(|kept| kept.name.eq_ignore_ascii_case(&row.name)) {
            Some(kept) => row.value.clone_from(&kept.value),
            None => self.left_out.push(field),
        }
    }
}

/// A new profile that was not written as JSON.
impl From<Draft> for Document {
    fn from(draft: Draft) -> Self {
        Self {
            id: None,
            draft,
            left_out: Vec::new(),
            absent: Vec::new(),
            mentioned: HashSet::new(),
            unused: Vec::new(),
            changed: Vec::new(),
            keeps_older_secrets: false,
            literal_braces: true,
            created_at: None,
            modified_at: None,
        }
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn read_time(place: &str, text: Option<String>) -> Result<Option<Timestamp>, DocumentError> {
    let wanted = || problem(place, "must be a time such as 2025-04-17T13:05:20Z");
    text.map(|text| text.parse().map_err(|_| wanted())).transpose()
}

/// Checks a name in whose place a secret may have been put by mistake, so the message must not contain it.
fn one_of<C: Choice>(place: &str, name: &str) -> Result<(), DocumentError> {
    let wanted = || problem(place, format!("must be one of {}", C::names()));
    C::from_name(name).map(|_| ()).ok_or_else(wanted)
}

/// Rows as an object, or as the same JSON in a string (public page).
fn read_rows(
    value: Value,
    place: &str,
    field: fn(usize) -> Field,
    left_out: &mut Vec<Field>,
) -> Result<Vec<DraftHeader>, DocumentError> {
    let value = match value {
        Value::String(text) if text.trim().is_empty() => return Ok(Vec::new()),
        Value::String(text) => json::read(&text).map_err(|error| {
            problem(place, format!("must be an object, or its JSON in a string: {error}"))
        })?,
        other => other,
    };
    let Value::Object(members) = value else {
        return Err(problem(place, "must be an object of names and values"));
    };
    let mut rows = Vec::new();
    for (name, value) in members {
        let value = match value {
            Value::String(text) => text,
            Value::Null => {
                left_out.push(field(rows.len()));
                String::new()
            }
            _ => return Err(problem(&format!("{place}.{name}"), "the value must be a string")),
        };
        rows.push(DraftHeader { name, value });
    }
    Ok(rows)
}

fn read_retry(retry: Retry, draft: &mut Draft) -> Result<(), DocumentError> {
    let text = |number: Option<Number>| number.map(|n| n.to_string());
    set(&mut draft.retry_count, text(retry.count));
    if draft.retry_count == "0" && (retry.interval_s.is_some() || retry.timeout_ms.is_some()) {
        return Err(problem("retry", "interval_s and timeout_ms require a count of 1 or more"));
    }
    // No default interval here: with retries it is mandatory (seed).
    draft.retry_interval = text(retry.interval_s).unwrap_or_default();
    set(&mut draft.retry_timeout, text(retry.timeout_ms));
    set(&mut draft.retry_backoff, retry.backoff);
    Ok(())
}

fn read_enc(enc: Enc, draft: &mut Draft, left_out: &mut Vec<Field>) {
    draft.encryption = true;
    draft.enc_random_iv = enc.random_iv.unwrap_or(false);
    if enc.key.is_none() {
        left_out.push(Field::EncKey);
    }
    if enc.iv.is_none() && !draft.enc_random_iv {
        left_out.push(Field::EncIv);
    }
    set(&mut draft.enc_algorithm, enc.algo);
    set(&mut draft.enc_key, enc.key);
    set(&mut draft.enc_iv, enc.iv);
    set(&mut draft.enc_parameters, enc.parameters);
}

/// Whether secrets are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// Unchanged.
    Shown,
    /// As `null`, which [`Document::keep_secrets`] understands.
    Hidden,
}

/// Writes a profile as JSON that [`Document::read`] parses to the same profile.
#[must_use]
pub fn write(profile: &Profile, secrets: Secrets) -> Value {
    let secret = |text: &str| match secrets {
        Secrets::Shown => Value::from(text),
        Secrets::Hidden => Value::Null,
    };
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| {
        out.insert(name.to_owned(), value);
    };
    put("profile_id", json!(profile.id.as_str()));
    put("title", json!(profile.title.as_str()));
    put("channel", json!(profile.channel.name()));
    put("events", profile.events.iter().map(|e| e.name()).collect());
    put("http_method", json!(profile.method.name()));
    put("url", json!(profile.endpoint.template().to_string()));
    put("body", json!(profile.body.text()));
    if let Some(format) = profile.data_format {
        put("data_format", json!(format.name()));
    }
    let headers: Map<String, Value> = profile
        .headers
        .iter()
        .map(|h| {
            let value = h.value.to_string();
            (h.name.clone(), if h.is_secret() { secret(&value) } else { json!(value) })
        })
        .collect();
    put("headers", Value::Object(headers));
    if let Some(auth) = auth::write(&profile.auth, &secret) {
        put("auth", auth);
    }
    if let Some(enc) = &profile.encryption {
        let (iv, random) = match &enc.iv {
            Iv::Fixed(iv) => (secret(iv.reveal()), false),
            Iv::Random => (Value::Null, true),
        };
        put(
            "enc",
            json!({"algo": enc.algorithm.name(), "key": secret(enc.key.reveal()), "IV": iv,
                   "parameters": enc.parameters, "random_iv": random}),
        );
    }
    let retry = profile.retry;
    put(
        "retry",
        if retry.count() == 0 {
            json!({"count": 0})
        } else {
            json!({"count": retry.count(), "interval_s": retry.interval_s(),
                   "timeout_ms": retry.timeout_ms(), "backoff": retry.backoff().name()})
        },
    );
    if let Some((current, list)) = signing::write(&profile.signing_secrets, &secret) {
        put("signing_secret", current);
        if let Some(list) = list {
            put("signing_secrets", list);
        }
    }
    if let Some(tls) = tls::write(&profile.tls) {
        put("tls", tls);
    }
    if profile.http2 {
        put("http2", json!(true));
    }
    if let Some(seconds) = profile.expires_after_s {
        put("expires_after_s", json!(seconds));
    }
    if let Some(most) = profile.pacing.max_in_flight {
        put("max_in_flight", json!(most));
    }
    if let Some(rate) = profile.pacing.rate_limit {
        put("rate_limit", rate.json());
    }
    if profile.pacing.ordered {
        put("ordered", json!(true));
    }
    if profile.auto_enable != AutoEnable::default() {
        put("auto_enable", json!(profile.auto_enable.name()));
    }
    put("status", json!(profile.status.number()));
    put("created_at", json!(rfc3339(profile.created_at)));
    put("modified_at", json!(rfc3339(profile.modified_at)));
    Value::Object(out)
}
