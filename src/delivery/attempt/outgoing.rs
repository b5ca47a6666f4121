//! A job as the HTTP request to send.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderValue};
use hyper::{Method, Request};
use jiff::Timestamp;

use crate::callback::{self, Signed};
use crate::delivery::http::egress_filter::EgressFilter;
use crate::delivery::http::host_port::HostPort;
use crate::delivery::http::target::Target;
use crate::delivery::redact::{self, Redactor};
use crate::delivery::tokens::Token;
use crate::profile::{Choice as _, Profile};
use crate::record::{Failure, Job, random};

use super::header_memo::{self, Field};
use super::shown_memo::ShownMemo;
use super::url_cache::{Route, UrlCache};

/// A request to send. It is built once, and rebuilt only if it must be repeated: so nothing is copied if it is sent
/// once.
pub struct Outgoing<'a> {
    job: &'a Job,
    /// The profile that it belongs to.
    pub profile: &'a Profile,
    at: Timestamp,
    method: Method,
    route: Arc<Route>,
}

impl<'a> Outgoing<'a> {
    /// The request of a job, at this time.
    ///
    /// # Errors
    /// It cannot be sent, or not to this address.
    pub fn of(job: &'a Job, at: Timestamp, urls: &UrlCache, egress: &EgressFilter) -> Result<Self, Failure> {
        let callback = &job.callback;
        let profile = job.profile.as_deref().ok_or_else(|| {
            Failure::no_request("the profile was deleted, and with it the credentials of this callback")
        })?;
        let method = Method::from_bytes(callback.method.name().as_bytes())
            .map_err(|_| Failure::no_request("the method cannot be sent"))?;
        Ok(Self { job, profile, at, method, route: urls.get(&callback.url, egress)? })
    }

    /// Its target.
    pub fn target(&self) -> &Target {
        &self.route.target
    }

    /// Finds the secrets of such a request in its response.
    pub fn redactor(&self, request: &Request<Full<Bytes>>) -> Option<Arc<Redactor>> {
        self.route.redactor.of(redact::of_headers(request.headers()))
    }

    /// Knows the headers of the last response to a request for this URL.
    pub fn shown(&self) -> Arc<ShownMemo> {
        Arc::clone(&self.route.shown)
    }

    /// The target host.
    pub fn host(&self) -> &str {
        self.target().authority.host()
    }

    /// The target, for a message.
    pub fn host_port(&self) -> HostPort<'_> {
        HostPort(&self.target().uri)
    }

    /// The request, with the current credentials of the profile, and this token.
    ///
    /// # Errors
    /// It cannot be built.
    pub fn request(&self, token: Option<&Token>) -> Result<Request<Full<Bytes>>, Failure> {
        let Self { job: Job { callback, values, reference, .. }, profile, .. } = self;
        // Only signed requests have it.
        let is_signed = !profile.signing_secrets.is_empty();
        let id = if is_signed { reference.id.to_string() } else { String::new() };
        let signed = Signed { delivery_id: &id, unix_seconds: self.at.as_second(), body: &callback.body };
        let secrets = callback::credentials(profile, values, &signed, &mut random)
            .map_err(|e| Failure::no_request(e.to_string()))?;
        let plain = callback.headers.iter().map(|(name, value)| Field { name, value, is_secret: false });
        // Time and signature are not secret.
        let secrets = secrets.iter().map(|(name, value)| Field {
            name,
            value,
            is_secret: !name.starts_with("webhook-"),
        });
        let fields = plain.chain(secrets);
        let unsendable = |name: &str| Failure::no_request(format!("the header {name} cannot be sent"));
        let has_body = callback.method.has_body();
        // The client omits it for an empty body, and some servers then respond with 411 (RFC 9110, section 8.6).
        let says_empty = has_body && callback.body.is_empty();
        let headers = if says_empty || token.is_some() {
            let mut headers = header_memo::make(fields).map_err(unsendable)?;
            if says_empty {
                headers.append(CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
            if let Some(token) = token {
                headers.insert(AUTHORIZATION, token.header.clone());
            }
            header_memo::complete(&mut headers, self.target());
            headers
        } else {
            self.route.headers.headers(fields, self.target()).map_err(unsendable)?
        };
        let body = if has_body { Bytes::copy_from_slice(&callback.body) } else { Bytes::new() };
        let mut request = Request::new(Full::new(body));
        request.method_mut().clone_from(&self.method);
        *request.headers_mut() = headers;
        Ok(request)
    }
}
