//! One attempt over HTTP.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use jiff::Timestamp;
use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Client, Request, Response, StatusCode, Url};

use crate::callback::{self, Signed};
use crate::profile::{Auth, Choice as _, OAuth2};

use super::failure;
use super::guard::{self, GuardedResolver};
use super::printable::printable;
use super::record::{Attempt, ErrorClass, Failure, Job};
use super::redact;
use super::tokens::{Token, Tokens};
use super::verdict;

/// How much of an answer is read: enough to keep the connection for the next request.
const READ_LIMIT: usize = 64 * 1024;
/// How much of an answer is kept.
const KEEP_LIMIT: usize = 16 * 1024;
/// Many servers close an idle connection after five seconds.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// The HTTP client could not be made.
#[derive(Debug, thiserror::Error)]
#[error(
    "no HTTP client can be made: {0}; are the system's CA certificates installed (package ca-certificates)?"
)]
pub struct TransportError(#[from] reqwest::Error);

/// The pooled HTTP client with its tokens, cheap to clone.
#[derive(Debug, Clone)]
pub struct Transport {
    client: Client,
    tokens: Arc<Tokens>,
}

/// An attempt, and how long the endpoint asked to be left alone.
pub struct Tried {
    /// The attempt.
    pub attempt: Attempt,
    /// From `Retry-After` on 429 and 503.
    pub retry_after: Option<Duration>,
}

impl Transport {
    /// A client that follows no redirect, uses no proxy of the environment and dials no refused
    /// address (design, section 5).
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new() -> Result<Self, TransportError> {
        Ok(Self { client: Self::client()?, tokens: Arc::default() })
    }

    /// Another one with connections of its own and the same tokens: a connection is driven by the
    /// runtime that opened it, a token is good on all of them.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn beside(&self) -> Result<Self, TransportError> {
        Ok(Self { client: Self::client()?, tokens: Arc::clone(&self.tokens) })
    }

    fn client() -> Result<Client, TransportError> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .http1_only()
            .default_headers(headers)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .dns_resolver(GuardedResolver)
            .build()?;
        Ok(client)
    }

    /// Makes the next try of a job. What goes wrong is told in the attempt.
    pub async fn attempt(&self, job: &Job) -> Tried {
        let started_at = Timestamp::now();
        let clock = Instant::now();
        let timeout = Duration::from_millis(job.policy.timeout_ms().into());
        let mut so_far = SoFar::default();
        let result = match self.request(job, started_at) {
            Ok(request) => {
                let sending = self.send(request, oauth2(job), &mut so_far);
                tokio::time::timeout(timeout, sending).await.unwrap_or_else(|_| {
                    let timed_out = failure::timed_out(job.policy.timeout_ms());
                    Err(if so_far.awaits_token { failure::no_token(&timed_out) } else { timed_out })
                })
            }
            Err(failure) => Err(failure),
        };
        let mut answer = so_far.answer;
        let attempt = Attempt {
            n: job.attempts + 1,
            started_at,
            duration_ms: u32::try_from(clock.elapsed().as_millis()).unwrap_or(u32::MAX),
            status: answer.status.map(|s| s.as_u16()),
            error: result.err(),
            response_headers: shown_headers(&answer.headers),
            response_body: answer.shown_body(),
            response_cut: answer.cut,
        };
        Tried { attempt, retry_after: retry_after(answer.status, &answer.headers) }
    }

    /// Sends the request; with a token, where the profile wants one. After a 401 a new token is
    /// fetched and the same request sent with it, once (facts, section 1).
    async fn send(
        &self,
        mut request: Request,
        oauth2: Option<&OAuth2>,
        so_far: &mut SoFar,
    ) -> Result<(), Failure> {
        let Some(oauth2) = oauth2 else { return self.exchange(request, so_far).await };
        let again = request.try_clone();
        let token = self.token(oauth2, so_far).await?;
        request.headers_mut().insert(AUTHORIZATION, token.header.clone());
        let result = self.exchange(request, so_far).await;
        if so_far.answer.status != Some(StatusCode::UNAUTHORIZED) {
            return result;
        }
        self.tokens.forget(oauth2, &token);
        // Only a streamed body cannot be sent twice, and there is none.
        let Some(mut again) = again else { return result };
        let token = self.token(oauth2, so_far).await?;
        again.headers_mut().insert(AUTHORIZATION, token.header.clone());
        so_far.answer = Answer::default();
        self.exchange(again, so_far).await
    }

    async fn token(&self, oauth2: &OAuth2, so_far: &mut SoFar) -> Result<Arc<Token>, Failure> {
        so_far.awaits_token = true;
        let token = self.tokens.get(&self.client, oauth2).await.map_err(|why| failure::no_token(&why));
        so_far.awaits_token = false;
        token
    }

    async fn exchange(&self, request: Request, so_far: &mut SoFar) -> Result<(), Failure> {
        let (url, answer) = (request.url().clone(), &mut so_far.answer);
        answer.secrets = redact::secrets_of(request.headers());
        let response = self.client.execute(request).await.map_err(|e| failure::of_error(&e, &url))?;
        let status = response.status();
        answer.status = Some(status);
        answer.headers = response.headers().clone();
        redact::clean(&mut answer.headers, &answer.secrets);
        read_body(response, &url, answer).await?;
        let location = answer.headers.get(LOCATION).map(|v| printable(v.as_bytes()));
        failure::of_status(status, location.as_deref()).map_or(Ok(()), Err)
    }

    /// The request with the credentials that the profile has now, but for a token.
    fn request(&self, job: &Job, at: Timestamp) -> Result<Request, Failure> {
        let callback = &job.callback;
        let profile = job.profile.as_deref().ok_or_else(|| {
            failure::no_request("the profile is gone, and with it the credentials of this callback")
        })?;
        let url = Url::parse(&callback.url)
            .map_err(|e| failure::no_request(format!("the URL cannot be read: {e}")))?;
        guard::check_literal(&url)
            .map_err(|e| Failure { class: ErrorClass::RefusedAddress, message: e.to_string() })?;
        let id = job.id.to_string();
        let signed = Signed { delivery_id: &id, unix_seconds: at.as_second(), body: &callback.body };
        let secrets = callback::credentials(profile, &job.values, &signed, &mut super::prepare::random)
            .map_err(|e| failure::no_request(e.to_string()))?;
        let mut headers = HeaderMap::new();
        for (at, (name, value)) in callback.headers.iter().chain(&secrets).enumerate() {
            let unsendable = || failure::no_request(format!("the header {name} cannot be sent"));
            let field = HeaderName::try_from(name.as_str()).map_err(|_| unsendable())?;
            let mut value = HeaderValue::try_from(value.as_str()).map_err(|_| unsendable())?;
            // Time and signature are no secrets.
            value.set_sensitive(at >= callback.headers.len() && !name.starts_with("webhook-"));
            headers.append(field, value);
        }
        let method = reqwest::Method::from_bytes(callback.method.name().as_bytes())
            .map_err(|_| failure::no_request("the method cannot be sent"))?;
        let mut request = self.client.request(method, url).headers(headers);
        if callback.method.has_body() {
            // The client leaves it out of an empty body, and some servers then answer 411
            // (RFC 9110, section 8.6).
            if callback.body.is_empty() {
                request = request.header(CONTENT_LENGTH, 0);
            }
            request = request.body(callback.body.clone());
        }
        request.build().map_err(|e| failure::no_request(e.to_string()))
    }
}

/// How far an attempt has come.
#[derive(Default)]
struct SoFar {
    /// The endpoint's, never the token server's.
    answer: Answer,
    awaits_token: bool,
}

fn oauth2(job: &Job) -> Option<&OAuth2> {
    match &job.profile.as_deref()?.auth {
        Auth::OAuth2(oauth2) => Some(oauth2),
        Auth::None | Auth::Basic { .. } | Auth::ApiKey { .. } => None,
    }
}

/// What has come of an answer so far, kept when the time runs out in the middle of it.
#[derive(Default)]
struct Answer {
    status: Option<StatusCode>,
    headers: HeaderMap,
    body: Vec<u8>,
    cut: bool,
    /// Read to its end.
    whole: bool,
    /// Those of the request, which an answer may repeat.
    secrets: Vec<Vec<u8>>,
}

impl Answer {
    /// The body without secrets, which is taken out.
    fn shown_body(&mut self) -> Vec<u8> {
        let body = std::mem::take(&mut self.body);
        if self.whole && !self.cut {
            redact::without(body, &self.secrets)
        } else {
            redact::without_in_part(body, &self.secrets)
        }
    }
}

/// Reads to [`READ_LIMIT`] and keeps [`KEEP_LIMIT`]; a longer answer is cut off, which is no failure.
async fn read_body(response: Response, url: &Url, answer: &mut Answer) -> Result<(), Failure> {
    let mut read = 0;
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|e| failure::of_error(&e, url))?;
        read += chunk.len();
        let room = KEEP_LIMIT - answer.body.len();
        answer.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        answer.cut = read > KEEP_LIMIT;
        if read > READ_LIMIT {
            return Ok(());
        }
    }
    answer.whole = true;
    Ok(())
}

fn retry_after(status: Option<StatusCode>, headers: &HeaderMap) -> Option<Duration> {
    let asks = matches!(status, Some(StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE));
    let value = headers.get(RETRY_AFTER).filter(|_| asks)?.to_str().ok()?;
    verdict::retry_after(value, Timestamp::now())
}

fn shown_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers.iter().map(|(n, v)| (n.to_string(), printable(v.as_bytes()))).collect()
}
