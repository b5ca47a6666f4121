//! Single requests to a server that is no endpoint of a profile, such as the platform's own API: over the same client,
//! with the same checks of addresses and certificates, as callbacks.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Uri};
use url::Url;
use uuid::Uuid;

use super::http::classify;
use super::http::clients::Clients;
use super::http::egress_filter::EgressFilter;
use super::http::exchange_error::ExchangeError;
use super::http::host_port::HostPort;
use super::http::read_body::{BodyRead, read};
use super::http::request_tracker::RequestTracker;
use super::http::target::Target;
use crate::callback;
use crate::profile::network::Network;
use crate::profile::{ProfileId, Region, Secret, Tls};
use crate::record::ErrorClass;

/// A client for such requests. It keeps its connection for the next one.
#[derive(Debug)]
pub struct Exchange {
    clients: Clients,
    tls: Tls,
    /// Connections belong to a profile; these to none that exists.
    owner: ProfileId,
}

/// A request.
#[derive(Clone)]
pub struct ExchangeRequest {
    /// Such as `GET`.
    pub method: Cow<'static, str>,
    /// Where it goes.
    pub url: Url,
    /// Names, which may be repeated, and values, which may be secret and are never displayed.
    pub headers: Vec<(HeaderName, Secret)>,
    /// Empty for none.
    pub body: Vec<u8>,
    /// Whether doing it twice does no more than doing it once: if a kept connection turns out to be closed, the
    /// request is then sent once more even if it may have arrived.
    pub is_repeatable: bool,
}

/// The headers may be secret.
impl fmt::Debug for ExchangeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExchangeRequest")
            .field("method", &self.method)
            .field("url", &self.url.as_str())
            .finish_non_exhaustive()
    }
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeResponse {
    /// The status.
    pub status: u16,
    /// `Retry-After`, if the response has it.
    pub retry_after: Option<String>,
    /// `Location`, if the response has it.
    pub location: Option<String>,
    /// All headers, with names in lower case; invalid UTF-8 in values is replaced.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Why there is no response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoResponse {
    /// The request cannot be sent, and trying again changes nothing.
    #[error("{0}")]
    Impossible(String),
    /// The request was not sent.
    #[error("{0}")]
    NotSent(String),
    /// The request may have been received.
    #[error("{0}")]
    Unknown(String),
    /// The same, and trying again changes nothing: the response is too long.
    #[error("{0}")]
    Unusable(String),
}

impl Exchange {
    /// A client that dials what the settings allow.
    #[must_use]
    pub fn new(network: Arc<Network>, tls: Tls) -> Self {
        let owner = ProfileId::new(Region::default(), Uuid::nil());
        Self { clients: Clients::new(EgressFilter::new(network)), tls, owner }
    }

    /// Sends a request, and waits for its whole response, at most this long. Redirects are not followed. A response
    /// with more than `limit` bytes is none.
    ///
    /// # Errors
    /// There is no whole response.
    pub async fn send(
        &self,
        request: &ExchangeRequest,
        limit: usize,
        timeout: Duration,
    ) -> Result<ExchangeResponse, NoResponse> {
        let mut tracker = RequestTracker::default();
        let sent = tokio::time::timeout(timeout, Box::pin(self.exchange(request, limit, &mut tracker))).await;
        sent.unwrap_or_else(|_| {
            let late = format!("no complete response after {} s", timeout.as_secs());
            Err(if tracker.connection().is_some() {
                NoResponse::Unknown(late)
            } else {
                NoResponse::NotSent(late)
            })
        })
    }

    async fn exchange(
        &self,
        request: &ExchangeRequest,
        limit: usize,
        tracker: &mut RequestTracker,
    ) -> Result<ExchangeResponse, NoResponse> {
        self.clients.egress().check(&request.url).map_err(|why| NoResponse::Impossible(why.to_string()))?;
        let unreadable = |why: &str| NoResponse::Impossible(format!("the URL cannot be used: {why}"));
        let uri = Uri::from_maybe_shared(String::from(request.url.clone()))
            .map_err(|error| unreadable(&error.to_string()))?;
        let to = Target::of(uri).ok_or_else(|| unreadable("it has no host"))?;
        let peer = HostPort(&to.uri);
        let make = built(request)?;
        let client = self.clients.of(&self.owner, (&self.tls, false), &to).await;
        let client = client.map_err(|fault| no_response(classify::no_tls(&peer, &fault), false))?;
        let again = || request.is_repeatable.then(&make);
        let sent = client.send(tracker, &to, make(), again).await;
        let response = sent.map_err(|error| {
            no_response(classify::exchange_error_of(&error, &peer), tracker.connection().is_some())
        })?;
        let header = |name: &str| {
            response.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let (status, retry_after, location) =
            (response.status().as_u16(), header("retry-after"), header("location"));
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let mut body = Vec::new();
        let came =
            read(response.into_body(), tracker.connection(), limit, |chunk| body.extend_from_slice(&chunk));
        match came.await.map_err(|error| no_response(classify::exchange_error_of(&error, &peer), true))? {
            BodyRead::Whole => Ok(ExchangeResponse { status, retry_after, location, headers, body }),
            BodyRead::TooLong => {
                Err(NoResponse::Unusable(format!("the response has more than {limit} bytes")))
            }
        }
    }
}

/// Builds the request, as often as needed.
fn built(request: &ExchangeRequest) -> Result<impl Fn() -> Request<Full<Bytes>>, NoResponse> {
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| NoResponse::Impossible(format!("{} is no method", request.method)))?;
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, HeaderValue::from_static(callback::USER_AGENT));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let mut own = HeaderMap::new();
    for (name, value) in &request.headers {
        let mut value = HeaderValue::try_from(value.reveal())
            .map_err(|_| NoResponse::Impossible(format!("the value of {name} cannot be sent in a header")))?;
        value.set_sensitive(true);
        own.append(name, value);
    }
    // A repeated name keeps all its values, and replaces the usual one.
    headers.extend(own);
    let body = Bytes::from(request.body.clone());
    Ok(move || {
        let mut made = Request::new(Full::new(body.clone()));
        *made.method_mut() = method.clone();
        made.headers_mut().clone_from(&headers);
        made
    })
}

/// Why there is no response. What is invalid now, such as a certificate or a port without TLS, stays so for a while;
/// trouble of this machine passes.
fn no_response(error: ExchangeError, may_be_received: bool) -> NoResponse {
    let (class, message) = match error {
        ExchangeError::Failed(failure) => (Some(failure.class), failure.message),
        ExchangeError::Local(trouble) => (None, trouble.to_string()),
    };
    match (class, may_be_received) {
        (_, true) => NoResponse::Unknown(message),
        (Some(ErrorClass::Tls | ErrorClass::RefusedAddress | ErrorClass::Request), false) => {
            NoResponse::Impossible(message)
        }
        (_, false) => NoResponse::NotSent(message),
    }
}
