//! Callback profiles: pure, without I/O, clock or async.
//!
//! People type a [`Draft`]. [`Draft::check`] is the only way to a [`Profile`], whose parts cannot contain an invalid
//! value. [`document`] is the same profile as JSON.

mod advice;
mod auth;
mod auto_enable;
mod body;
mod braces;
pub mod catalogue;
mod channel;
mod check;
mod choice;
mod curl;
pub mod document;
mod draft;
mod elements;
mod encryption;
mod endpoint;
mod field;
mod format;
mod headers;
mod id;
mod json_body;
mod markup;
mod method;
pub mod network;
mod oauth2;
mod other_endpoint;
mod pacing;
mod path;
mod retry;
mod secret;
pub mod sizes;
mod status;
mod tags;
mod template;
mod title;
mod tls;
mod token_url;

pub use auth::{Auth, AuthKind};
pub use auto_enable::AutoEnable;
pub use body::{Body, BodyForm};
pub use channel::{Channel, Event};
pub use check::{Identity, Rules};
pub use choice::Choice;
pub use curl::{CurlError, CurlInputs, ImportedCurl, NoInputs, is_curl, read_curl};
pub use draft::{Draft, DraftHeader, DraftOAuth2};
pub use elements::Syntax;
pub use encryption::{Algorithm, Encryption, IV_BYTES, Iv};
pub use endpoint::Endpoint;
pub use field::{Field, FieldError};
pub use format::DataFormat;
pub use headers::{Header, is_secret_name};
pub use id::{BadProfileId, ProfileId, Region};
pub use json_body::{JsonPart, JsonTemplate};
pub use markup::{MarkupPart, MarkupPlace, MarkupTemplate};
pub use method::Method;
pub use oauth2::{Extra, OAuth2, SentAs};
pub use pacing::{Pacing, RateLimit};
pub use path::{Path, PathStep, is_variable_name, placeholder_at};
pub use retry::{Backoff, RetryPolicy, RetryRow, attempt_label};
pub use secret::Secret;
pub use status::Status;
pub use template::{Template, TemplatePart};
pub use title::Title;
pub use tls::{ClientIdentity, Tls};
pub use token_url::TokenUrl;

use jiff::Timestamp;

/// A callback profile: where, when and how an endpoint is notified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Generated once, never changed.
    pub id: ProfileId,
    /// Need not be unique.
    pub title: Title,
    /// Fixed after creation.
    pub channel: Channel,
    /// One or more of the channel's events, in its order; none with Default.
    pub events: Vec<Event>,
    /// The HTTP method.
    pub method: Method,
    /// The URL.
    pub endpoint: Endpoint,
    /// Sent with POST and PUT, kept with other methods.
    pub body: Body,
    /// The retry policy.
    pub retry: RetryPolicy,
    /// How the body's values are sent; `None` means according to the body.
    pub data_format: Option<DataFormat>,
    /// Rows of name and value, in order.
    pub headers: Vec<Header>,
    /// Credentials.
    pub auth: Auth,
    /// How its connections are secured.
    pub tls: Tls,
    /// Whether HTTP/2 is offered over TLS; otherwise HTTP/1.1 is used.
    pub http2: bool,
    /// Encryption of parameter values, if enabled.
    pub encryption: Option<Encryption>,
    /// The Standard Webhooks secrets, `whsec_` and base64, each of which signs: the current one, then older ones that
    /// are being replaced. None if nothing is signed.
    pub signing_secrets: Vec<Secret>,
    /// A delivery that was accepted so many seconds ago is not sent any more; none is sent however old it is.
    pub expires_after_s: Option<u32>,
    /// How fast its deliveries are sent.
    pub pacing: Pacing,
    /// How it is enabled after it was auto-disabled.
    pub auto_enable: AutoEnable,
    /// Whether it accepts events.
    pub status: Status,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last saved.
    pub modified_at: Timestamp,
}

impl Profile {
    /// The placeholders of URL, body (if one is sent) and headers, in that order, each once.
    #[must_use]
    pub fn variables(&self) -> Vec<&Path> {
        let mut seen = std::collections::HashSet::new();
        self.placeholders().filter(|path| seen.insert(path.as_str())).collect()
    }

    /// The placeholders of URL, body (if one is sent) and headers, in that order, including repeated ones.
    pub fn placeholders(&self) -> impl Iterator<Item = &Path> {
        let body = self.method.has_body().then(|| self.body.variables()).into_iter().flatten();
        let headers = self.headers.iter().flat_map(|header| header.value.variables());
        self.endpoint.template().variables().chain(body).chain(headers)
    }
}
