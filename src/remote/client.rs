//! Requests to an account, repeated where that is right, and the data of their responses.

use std::time::Duration;

use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderName};
use serde_json::Value;

use super::account::Account;
use super::error::RemoteError;
use super::retry::{self, Next};
use crate::clock;
use crate::delivery::{Exchange, ExchangeRequest, ExchangeResponse, NoResponse};
use crate::json;
use crate::profile::{ProfileId, Secret};
use crate::text::escape_controls;

/// The longest response, in bytes: a page of profiles that are as large as they may be (our decision).
const LONGEST: usize = 64 << 20;

/// The header with the key.
const API_KEY: HeaderName = HeaderName::from_static("api-key");

/// The header that makes a repeated creation one.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The least length of a key that is hidden in a server's message, in characters.
const LEAST_KEY: usize = 8;

/// How much of a server's message is shown, in characters.
const MESSAGE: usize = 200;

/// Is called with a sentence before each wait.
pub type OnWait = Box<dyn Fn(&str) + Send + Sync>;

/// A client of one account.
pub struct RemoteClient {
    exchange: Exchange,
    account: Account,
    key: Secret,
    timeout: Duration,
    on_wait: OnWait,
}

impl std::fmt::Debug for RemoteClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteClient").field("account", &self.account).finish_non_exhaustive()
    }
}

impl RemoteClient {
    /// A client of an account, whose requests take this long at most.
    #[must_use]
    pub fn new(
        exchange: Exchange,
        account: Account,
        key: Secret,
        timeout: Duration,
        on_wait: OnWait,
    ) -> Self {
        Self { exchange, account, key, timeout, on_wait }
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The response with a page of the list.
    pub(super) async fn page(&self, limit: usize, offset: usize) -> Result<Value, RemoteError> {
        self.answered(self.request("GET", self.account.page(limit, offset), None)).await
    }

    /// The response with one profile.
    pub(super) async fn one(&self, id: &ProfileId) -> Result<Value, RemoteError> {
        self.answered(self.request("GET", self.account.one(id), None)).await
    }

    /// Creates a profile. `creation` identifies this request: a server that supports that creates nothing twice.
    pub(super) async fn create(&self, document: &Value, creation: &str) -> Result<Value, RemoteError> {
        let mut request = self.request("POST", self.account.all(), Some(document));
        request.headers.push((IDEMPOTENCY_KEY, Secret::new(creation)));
        request.is_repeatable = false;
        self.answered(request).await
    }

    /// Changes members of a profile: done twice, it is as done once.
    pub(super) async fn change(&self, id: &ProfileId, members: &Value) -> Result<Value, RemoteError> {
        self.answered(self.request("PATCH", self.account.one(id), Some(members))).await
    }

    /// Deletes a profile. One that is not there any more is no error.
    pub(super) async fn delete(&self, id: &ProfileId) -> Result<(), RemoteError> {
        match self.answered(self.request("DELETE", self.account.one(id), None)).await {
            Ok(_) | Err(RemoteError::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn request(&self, method: &'static str, url: url::Url, body: Option<&Value>) -> ExchangeRequest {
        let json = || Secret::new("application/json");
        let mut headers = vec![(API_KEY, self.key.clone()), (ACCEPT, json())];
        if body.is_some() {
            headers.push((CONTENT_TYPE, json()));
        }
        let body = body.map(ToString::to_string).unwrap_or_default().into_bytes();
        ExchangeRequest { method: method.into(), url, headers, body, is_repeatable: true }
    }

    async fn answered(&self, request: ExchangeRequest) -> Result<Value, RemoteError> {
        let mut n = 1;
        loop {
            let result = self.exchange.send(&request, LONGEST, self.timeout).await;
            match retry::next(&result, n, request.is_repeatable, clock::now()) {
                Next::Done => return self.read(&request, result),
                Next::TooLong { status, wait } => return Err(RemoteError::Busy { status, wait }),
                Next::Again(wait) => {
                    let why = match &result {
                        Ok(response) => response.status.to_string(),
                        Err(error) => error.to_string(),
                    };
                    let seconds = wait.as_secs_f64();
                    (self.on_wait)(&self.harmless(&format!(
                        "{} {}: {why}; retrying in {seconds:.1} s",
                        request.method,
                        request.url.path()
                    )));
                    tokio::time::sleep(wait).await;
                    n += 1;
                }
            }
        }
    }

    fn read(
        &self,
        request: &ExchangeRequest,
        result: Result<ExchangeResponse, NoResponse>,
    ) -> Result<Value, RemoteError> {
        let response = result.map_err(|error| match error {
            // Nothing is carried out by reading.
            NoResponse::Unknown(why) | NoResponse::Unusable(why) if request.method != "GET" => {
                RemoteError::Unknown(self.harmless(&why))
            }
            NoResponse::NotSent(why)
            | NoResponse::Impossible(why)
            | NoResponse::Unknown(why)
            | NoResponse::Unusable(why) => RemoteError::NoResponse(self.harmless(&why)),
        })?;
        let body = String::from_utf8_lossy(&response.body);
        let value = json::read(&body).ok();
        let status = response.status;
        if (200..300).contains(&status) {
            let value = value.ok_or(RemoteError::NotJson)?;
            if value.get("data").is_none() {
                return Err(RemoteError::Unusable("it has no `data`".to_owned()));
            }
            return Ok(value);
        }
        let message = match (value, response.location) {
            (_, Some(to)) if (300..400).contains(&status) => {
                let to = self.harmless(&to);
                format!(", to {to}: redirects are not followed, since the key would go there; check the URL")
            }
            (Some(value), _) => self.said(&value, status),
            // Such as the page of a proxy.
            (None, _) => self.first_line(&body),
        };
        Err(match status {
            401 => RemoteError::Refused(message),
            403 => RemoteError::Forbidden(message),
            404 => RemoteError::NotFound(message),
            _ => RemoteError::Status { status, message },
        })
    }

    /// What an envelope says: its message, and the sentences in `error`, after a colon.
    fn said(&self, value: &Value, status: u16) -> String {
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let head: Vec<String> = ["code", "message"].iter().filter_map(|name| text(value, name)).collect();
        let errors = value.get("error").and_then(Value::as_array).into_iter().flatten();
        let mut said = vec![head.join(" ")];
        if status != 401 {
            // How a program is to give its key helps nobody here.
            said.extend(errors.filter_map(|error| text(error, "params")));
        }
        said.retain(|text| !text.is_empty());
        if said.is_empty() { String::new() } else { format!(": {}", self.harmless(&said.join("; "))) }
    }

    /// The first line of a response that is not JSON, after a colon.
    fn first_line(&self, body: &str) -> String {
        let line = body.lines().map(str::trim).find(|line| !line.is_empty());
        line.map_or_else(String::new, |line| format!(": {}", self.harmless(line)))
    }

    /// Text of a server, in a form that can be shown: not too long, without controls, and without the key.
    fn harmless(&self, text: &str) -> String {
        let key = self.key.reveal();
        // A shorter one is no key of any account, and is a part of many words.
        let text = if key.len() < LEAST_KEY { text.to_owned() } else { text.replace(key, "(hidden)") };
        let start: String = text.chars().take(MESSAGE).collect();
        let end = if start.len() < text.len() { "…" } else { "" };
        format!("{}{end}", escape_controls(&start))
    }
}
