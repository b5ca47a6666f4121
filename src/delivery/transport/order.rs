//! A job as the HTTP request that is sent.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Uri};
use jiff::Timestamp;
use url::Url;

use crate::callback::{self, Signed};
use crate::delivery::failure::{self, Place};
use crate::delivery::guard::Guard;
use crate::delivery::prepare::random;
use crate::delivery::record::{ErrorClass, Failure, Job};
use crate::profile::{Choice as _, Profile};

/// A request that can be sent, and sent once more.
pub(super) struct Order {
    method: Method,
    uri: Uri,
    /// With the credentials that the profile has now, but for a token.
    pub headers: HeaderMap,
    body: Bytes,
}

impl Order {
    /// The request of a job, and whose it is.
    ///
    /// # Errors
    /// It cannot be sent.
    pub fn of<'a>(job: &'a Job, at: Timestamp, guard: &Guard) -> Result<(Self, &'a Profile), Failure> {
        let callback = &job.callback;
        let profile = job.profile.as_deref().ok_or_else(|| {
            failure::no_request("the profile is gone, and with it the credentials of this callback")
        })?;
        let url = Url::parse(&callback.url)
            .map_err(|e| failure::no_request(format!("the URL cannot be read: {e}")))?;
        guard
            .check(&url)
            .map_err(|e| Failure { class: ErrorClass::RefusedAddress, message: e.to_string() })?;
        let id = job.id.to_string();
        let signed = Signed { delivery_id: &id, unix_seconds: at.as_second(), body: &callback.body };
        let secrets = callback::credentials(profile, &job.values, &signed, &mut random)
            .map_err(|e| failure::no_request(e.to_string()))?;
        let mut headers = HeaderMap::with_capacity(callback.headers.len() + secrets.len() + 6);
        for (at, (name, value)) in callback.headers.iter().chain(&secrets).enumerate() {
            let unsendable = || failure::no_request(format!("the header {name} cannot be sent"));
            let field = HeaderName::try_from(name.as_str()).map_err(|_| unsendable())?;
            let mut value = HeaderValue::try_from(value.as_str()).map_err(|_| unsendable())?;
            // Time and signature are no secrets.
            value.set_sensitive(at >= callback.headers.len() && !name.starts_with("webhook-"));
            headers.append(field, value);
        }
        let has_body = callback.method.has_body();
        // The client leaves it out of an empty body, and some servers then answer 411 (RFC 9110,
        // section 8.6).
        if has_body && callback.body.is_empty() {
            headers.append(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let order = Self {
            method: Method::from_bytes(callback.method.name().as_bytes())
                .map_err(|_| failure::no_request("the method cannot be sent"))?,
            uri: Uri::from_maybe_shared(String::from(url))
                .map_err(|e| failure::no_request(format!("the URL cannot be sent: {e}")))?,
            headers,
            body: if has_body { Bytes::copy_from_slice(&callback.body) } else { Bytes::new() },
        };
        Ok((order, profile))
    }

    /// Whether it goes over TLS.
    pub fn is_secure(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// Where it goes, for a message.
    pub fn place(&self) -> Place<'_> {
        Place(&self.uri)
    }

    /// The request.
    pub fn request(&self) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(self.body.clone()));
        request.method_mut().clone_from(&self.method);
        request.uri_mut().clone_from(&self.uri);
        let headers = request.headers_mut();
        headers.clone_from(&self.headers);
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
        request
    }
}
