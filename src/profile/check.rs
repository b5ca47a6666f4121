//! Checks a draft: the result is a profile, or all errors at once.

mod auth;
#[cfg(test)]
mod limit_tests;
mod pacing;
mod signing;
mod sizes;
mod tls;

use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use super::Profile;
use super::auto_enable::AutoEnable;
use super::body::{Body, BodyForm};
use super::channel::{Channel, Event};
use super::choice::Choice;
use super::draft::Draft;
use super::encryption::{Algorithm, Encryption, IV_BYTES, Iv, check_length};
use super::endpoint::Endpoint;
use super::field::{Field, FieldError};
use super::format::DataFormat;
use super::headers::{Header, check_name, check_value};
use super::id::ProfileId;
use super::method::Method;
use super::network::Network;
use super::path::is_variable_name;
use super::retry::{Backoff, RetryPolicy};
use super::secret::Secret;
use super::status::Status;
use super::template::Template;
use super::title::Title;

/// The settings that the rules depend on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Plain http to any host.
    pub allow_insecure_http: bool,
    /// Retries up to the channel's maximum.
    pub extended_retries: bool,
    /// Which addresses may be dialled; without it addresses are only checked when dialling.
    pub network: Option<Arc<Network>>,
    /// Whether a profile may exceed the [`sizes`](super::sizes), like those stored before there were limits.
    pub any_size: bool,
}

impl Rules {
    /// The rules for profiles that were checked before they were stored.
    pub const STORED: Self =
        Self { allow_insecure_http: true, extended_retries: true, network: None, any_size: true };

    /// The maximum number of retries offered for a channel.
    #[must_use]
    pub fn most_retries(&self, channel: Channel) -> u8 {
        if self.extended_retries { channel.most_retries() } else { RetryPolicy::COUNTS[2] }
    }
}

/// The properties of a profile that are not typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The callback profile id.
    pub id: ProfileId,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last saved.
    pub modified_at: Timestamp,
}

impl Draft {
    /// Checks every field.
    ///
    /// # Errors
    /// All errors, in the order of the editor. If something is too large, only those errors.
    pub fn check(&self, rules: Rules, identity: Identity) -> Result<Profile, Vec<FieldError>> {
        Check { draft: self, rules, errors: Vec::new() }.run(identity)
    }
}

/// Why no request may be sent to the address in a URL. The addresses of a name are checked when dialling.
pub(super) fn address_faults(rules: &Rules, url: &str) -> Vec<String> {
    let Some((network, url)) = rules.network.as_deref().zip(Url::parse(url).ok()) else { return Vec::new() };
    let port = (url.port() == Some(0)).then(|| "nothing listens on port 0: name another port".to_owned());
    let refused = network.judge_url(&url).err().map(|refused| refused.to_string());
    port.into_iter().chain(refused).collect()
}

struct Check<'a> {
    draft: &'a Draft,
    rules: Rules,
    errors: Vec<FieldError>,
}

impl Check<'_> {
    fn run(mut self, identity: Identity) -> Result<Profile, Vec<FieldError>> {
        let draft = self.draft;
        if !self.rules.any_size {
            self.sizes();
        }
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        let title = self.take(Field::Title, Title::parse(&draft.title));
        let channel = self.one_of::<Channel>(Field::Channel, &draft.channel);
        let events = self.events(channel.unwrap_or_default());
        let method = self.one_of::<Method>(Field::Method, &draft.method);
        let endpoint =
            self.take(Field::Endpoint, Endpoint::parse(&draft.endpoint, self.rules.allow_insecure_http));
        let body = self.body();
        let retry = self.retry(channel.unwrap_or_default());
        let data_format = self.data_format(&body, method.unwrap_or_default());
        let headers = self.headers(data_format);
        let (endpoint, user) = endpoint.unzip();
        if let Some(endpoint) = &endpoint {
            self.address(Field::Endpoint, endpoint.origin());
        }
        let auth = self.auth(user.flatten(), &headers);
        let encryption = if draft.encryption { self.encryption() } else { None };
        let signing_secrets = self.signing_secrets();
        let tls = self.tls();
        let expires_after_s = self.expires_after();
        let pacing = self.pacing();
        let status = self.one_of::<Status>(Field::Status, &draft.status);
        let mut errors = self.errors;
        errors.sort_by_key(|e| e.field);
        match (title, channel, method, endpoint, status) {
            (Some(title), Some(channel), Some(method), Some(endpoint), Some(status)) if errors.is_empty() => {
                Ok(Profile {
                    id: identity.id,
                    title,
                    channel,
                    events,
                    method,
                    endpoint,
                    body,
                    retry,
                    data_format,
                    headers,
                    auth,
                    tls,
                    http2: draft.http2,
                    encryption,
                    signing_secrets,
                    expires_after_s,
                    pacing,
                    auto_enable: if self.draft.probe { AutoEnable::Probe } else { AutoEnable::Off },
                    status,
                    created_at: identity.created_at,
                    modified_at: identity.modified_at,
                })
            }
            _ => Err(errors),
        }
    }

    fn error(&mut self, field: Field, message: impl Into<String>) {
        self.errors.push(FieldError { field, message: message.into() });
    }

    fn take<T>(&mut self, field: Field, result: Result<T, String>) -> Option<T> {
        result.map_err(|message| self.error(field, message)).ok()
    }

    fn one_of<C: Choice>(&mut self, field: Field, name: &str) -> Option<C> {
        let found = C::from_name(name);
        if found.is_none() {
            self.error(field, format!("'{name}' is unknown: use {}", C::names()));
        }
        found
    }

    /// Checks the address in a URL.
    fn address(&mut self, field: Field, url: &str) {
        for fault in address_faults(&self.rules, url) {
            self.error(field, fault);
        }
    }

    fn events(&mut self, channel: Channel) -> Vec<Event> {
        let known = channel.events();
        let mut chosen = Vec::new();
        for name in &self.draft.events {
            match known.iter().find(|e| e.name() == name) {
                Some(event) => chosen.push(*event),
                None if known.is_empty() => {
                    self.error(Field::Events, format!("'{name}': the default channel has no events"));
                }
                None => {
                    let names = known.iter().map(|e| e.name()).collect::<Vec<_>>().join(", ");
                    self.error(Field::Events, format!("'{name}' is unknown: use {names}"));
                }
            }
        }
        match known {
            // A single event is selected implicitly (seed).
            [only] if chosen.is_empty() => chosen.push(*only),
            [_, _, ..] if self.draft.events.is_empty() => {
                self.error(Field::Events, "select at least one event");
            }
            _ => {}
        }
        known.iter().copied().filter(|e| chosen.contains(e)).collect()
    }

    fn body(&mut self) -> Body {
        let size = self.draft.body.len();
        if size > Body::MAX {
            self.error(Field::Body, format!("{size} bytes, {} at most", Body::MAX));
            return Body::default();
        }
        self.draft.parsed_body()
    }

    fn retry(&mut self, channel: Channel) -> RetryPolicy {
        let draft = self.draft;
        let backoff = if draft.retry_backoff.is_empty() {
            channel.backoff()
        } else {
            self.one_of::<Backoff>(Field::RetryBackoff, &draft.retry_backoff).unwrap_or_default()
        };
        if backoff != channel.backoff() && Backoff::from_name(&draft.retry_backoff).is_some() {
            let of = channel.backoff().name();
            self.error(Field::RetryBackoff, format!("the {} channel's is {of}", channel.name()));
        }
        let most = self.rules.most_retries(channel);
        let count = match draft.retry_count.trim().parse::<u8>() {
            Ok(count) if count <= most => count,
            Ok(_) if !self.rules.extended_retries => {
                self.error(Field::RetryCount, "0, 1 or 2; more needs the setting extended_retries");
                return RetryPolicy::none(backoff);
            }
            _ => {
                self.error(Field::RetryCount, format!("a whole number from 0 to {most}"));
                return RetryPolicy::none(backoff);
            }
        };
        if count == 0 {
            return RetryPolicy::none(backoff);
        }
        let interval =
            self.number(Field::RetryInterval, &draft.retry_interval, RetryPolicy::INTERVAL_S, "seconds");
        let timeout =
            self.number(Field::RetryTimeout, &draft.retry_timeout, RetryPolicy::TIMEOUT_MS, "milliseconds");
        RetryPolicy::new(
            count,
            interval.unwrap_or(1),
            timeout.unwrap_or(RetryPolicy::USUAL_TIMEOUT_MS),
            backoff,
        )
    }

    fn number(&mut self, field: Field, text: &str, (least, most): (u32, u32), unit: &str) -> Option<u32> {
        let text = text.trim();
        match text.parse::<u32>() {
            Ok(n) if (least..=most).contains(&n) => Some(n),
            _ if text.is_empty() => {
                self.error(field, format!("required with retries: {least} to {most} {unit}"));
                None
            }
            _ => {
                self.error(field, format!("a whole number from {least} to {most} ({unit})"));
                None
            }
        }
    }

    fn data_format(&mut self, body: &Body, method: Method) -> Option<DataFormat> {
        let name = self.draft.data_format.trim();
        if name.is_empty() {
            return None;
        }
        let format = self.one_of::<DataFormat>(Field::DataFormat, name)?;
        if method.has_body() {
            match (format, body.form()) {
                (DataFormat::Json, BodyForm::Text { json_error, .. }) => {
                    let why = json_error.clone();
                    self.error(Field::Body, why.unwrap_or_else(|| "neither JSON nor a=<a>&b=<b>".to_owned()));
                }
                (_, BodyForm::Text { json_error, .. }) => {
                    let why = json_error.clone();
                    self.error(
                        Field::Body,
                        why.unwrap_or_else(|| {
                            "a form needs fields: a=<a>&b=<b>, or a JSON object".to_owned()
                        }),
                    );
                }
                (_, BodyForm::Markup(_)) => {
                    let way = "XML and HTML are sent as typed: leave the data format out";
                    self.error(Field::Body, way);
                }
                (DataFormat::FormData | DataFormat::UrlEncoded, BodyForm::Json(json))
                    if !json.is_object() =>
                {
                    self.error(Field::Body, "a form needs fields: the JSON must be an object");
                }
                _ => {}
            }
        }
        Some(format)
    }

    fn headers(&mut self, format: Option<DataFormat>) -> Vec<Header> {
        let draft = self.draft;
        let mut headers: Vec<Header> = Vec::new();
        for (at, row) in draft.headers.iter().enumerate() {
            let name = row.name.trim();
            if name.is_empty() && row.value.trim().is_empty() {
                continue;
            }
            self.take(Field::HeaderName(at), check_name(name));
            self.take(Field::HeaderValue(at), check_value(&row.value));
            if headers.iter().any(|h| h.name.eq_ignore_ascii_case(name)) {
                self.error(Field::HeaderName(at), format!("{name} is here twice"));
            }
            if format == Some(DataFormat::FormData) && name.eq_ignore_ascii_case("content-type") {
                self.error(Field::HeaderName(at), "Form Data sets its own Content-Type: remove this row");
            }
            let value = Template::parse(row.value.trim());
            headers.push(Header { name: name.to_owned(), value });
        }
        headers
    }

    fn encryption(&mut self) -> Option<Encryption> {
        let draft = self.draft;
        let algorithm = self.one_of::<Algorithm>(Field::EncAlgorithm, &draft.enc_algorithm)?;
        self.take(Field::EncKey, check_length(&draft.enc_key, algorithm.key_bytes()));
        let iv = if draft.enc_random_iv {
            Iv::Random
        } else {
            self.take(Field::EncIv, check_length(&draft.enc_iv, IV_BYTES));
            Iv::Fixed(Secret::new(draft.enc_iv.as_str()))
        };
        if let Some(bad) = draft.enc_parameters.iter().find(|p| !is_variable_name(p)) {
            self.error(Field::EncParameters, format!("'{bad}' is not a variable's name"));
        }
        let parameters = draft.enc_parameters.clone();
        Some(Encryption { algorithm, key: Secret::new(draft.enc_key.as_str()), iv, parameters })
    }
}
