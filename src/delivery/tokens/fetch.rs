//! One fetch of a token: client credentials (RFC 6749, section 4.4.2).

use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use hyper::header::{ACCEPT_ENCODING, InvalidHeaderValue, USER_AGENT};
use hyper::{Method, Request, Response, Uri};
use url::{Url, form_urlencoded};

use super::grant;
use super::token::Token;
use super::token_key::TokenKey;
use crate::callback;
use crate::delivery::http::body::Body;
use crate::delivery::http::classify;
use crate::delivery::http::clients::Clients;
use crate::delivery::http::connection::info::ConnInfo;
use crate::delivery::http::egress_filter::EgressFilter;
use crate::delivery::http::exchange_error::ExchangeError;
use crate::delivery::http::host_port::HostPort;
use crate::delivery::http::read_body::{BodyRead, read};
use crate::delivery::http::request_tracker::RequestTracker;
use crate::delivery::http::target::Target;
use crate::delivery::redact::{Extent, Redactor, SHORTEST};
use crate::profile::{OAuth2, SentAs};
use crate::record::{ErrorClass, Failure};
use crate::text::escape_bytes;

/// How much of a response is read; no token is longer.
const READ_LIMIT: usize = 64 * 1024;
/// The maximum length of a message with text from a server.
const MESSAGE: usize = 240;
/// Replaces a secret.
const HIDDEN: &str = "(hidden)";

/// Fetches a token. There is no timeout of its own: the attempt's timeout ends it.
pub async fn fetch(clients: &Clients, wanted: &TokenKey) -> Result<Token, ExchangeError> {
    let fetched = exchange(clients, wanted).await;
    // A server may repeat what it received in its error message.
    fetched.map_err(|why| match why {
        ExchangeError::Failed(failure) => {
            ExchangeError::Failed(Failure { message: for_log(&failure.message, &wanted.oauth2), ..failure })
        }
        ExchangeError::Local(trouble) => ExchangeError::Local(trouble),
    })
}

async fn exchange(clients: &Clients, wanted: &TokenKey) -> Result<Token, ExchangeError> {
    let to = target(clients.egress(), &wanted.oauth2)?;
    let peer = HostPort(&to.uri);
    let make = request(&wanted.oauth2)?;
    // Several profiles use a token: none of them may influence the response, over a connection that was kept.
    let client = clients.for_one_request(&wanted.tls, &to).await;
    let client = client.map_err(|fault| classify::no_tls(&peer, &fault))?;
    // The token's lifetime started before its response arrived: the earlier moment is the safe one.
    let asked_at = Instant::now();
    let mut tracker = RequestTracker::default();
    let response = client.send(&mut tracker, &to, make(), || Some(make())).await;
    let response = response.map_err(|error| classify::exchange_error_of(&error, &peer))?;
    let status = response.status();
    let location = response.headers().get(LOCATION).map(|to| escape_bytes(to.as_bytes()));
    let body = read_body(response, tracker.connection(), &peer).await?;
    if let Some(failure) = classify::of_status(status, location.as_deref()) {
        let why = grant::reason(&body).map(|why| format!(" ({why})")).unwrap_or_default();
        return Err(Failure { message: failure.message + &why, ..failure }.into());
    }
    let granted = grant::read(&body).map_err(no_answer)?;
    Ok(Token::new(granted.header, asked_at + granted.fresh_for))
}

fn target(egress: &EgressFilter, oauth2: &OAuth2) -> Result<Target, Failure> {
    let unreadable =
        |why: String| Failure::no_request(format!("the authentication URL cannot be read: {why}"));
    let url = Url::parse(oauth2.token_url.as_str()).map_err(|e| unreadable(e.to_string()))?;
    egress.check(&url).map_err(|e| Failure { class: ErrorClass::RefusedAddress, message: e.to_string() })?;
    let uri = Uri::from_maybe_shared(String::from(url)).map_err(|e| unreadable(e.to_string()))?;
    Target::of(uri).ok_or_else(|| unreadable("it has no host".to_owned()))
}

/// Builds the request, as often as needed.
fn request(oauth2: &OAuth2) -> Result<impl Fn() -> Request<Full<Bytes>>, Failure> {
    let headers =
        headers(oauth2).map_err(|name| Failure::no_request(format!("the header {name} cannot be sent")))?;
    let body = Bytes::from(form(oauth2));
    Ok(move || {
        let mut request = Request::new(Full::new(body.clone()));
        *request.method_mut() = Method::POST;
        request.headers_mut().clone_from(&headers);
        request
    })
}

fn form(oauth2: &OAuth2) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    if oauth2.sent_as == SentAs::Body {
        form.append_pair("client_id", &oauth2.client_id);
        form.append_pair("client_secret", oauth2.client_secret.reveal());
    }
    if let Some(scope) = &oauth2.scope {
        form.append_pair("scope", scope);
    }
    for field in &oauth2.fields {
        form.append_pair(&field.name, field.value.reveal());
    }
    form.finish()
}

/// The headers; or the name of one that cannot be sent. The profile's take precedence.
fn headers(oauth2: &OAuth2) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(USER_AGENT, HeaderValue::from_static(callback::USER_AGENT));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    if oauth2.sent_as == SentAs::Basic {
        let value = sensitive(&format!("Basic {}", basic(oauth2)));
        headers.insert(AUTHORIZATION, value.map_err(|_| AUTHORIZATION.to_string())?);
    }
    for extra in &oauth2.headers {
        let name = HeaderName::try_from(extra.name.as_str()).map_err(|_| extra.name.clone())?;
        headers.insert(name, sensitive(extra.value.reveal()).map_err(|_| extra.name.clone())?);
    }
    headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
    Ok(headers)
}

fn sensitive(value: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::try_from(value)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Client id and secret for Basic: form-encoded first (RFC 6749, section 2.3.1), so that either may contain a colon.
/// A space as `%20`: not every server decodes a `+` there.
fn basic(oauth2: &OAuth2) -> String {
    let encoded = |text: &str| form_encoded(text).replace('+', "%20");
    STANDARD.encode(format!("{}:{}", encoded(&oauth2.client_id), encoded(oauth2.client_secret.reveal())))
}

fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn read_body(
    response: Response<Body>,
    conn: Option<&ConnInfo>,
    peer: &HostPort<'_>,
) -> Result<Vec<u8>, ExchangeError> {
    let mut body = Vec::new();
    let came = read(response.into_body(), conn, READ_LIMIT, |chunk| body.extend_from_slice(&chunk)).await;
    match came.map_err(|error| classify::exchange_error_of(&error, peer))? {
        BodyRead::Whole => Ok(body),
        BodyRead::TooLong => {
            Err(no_answer(format!("the response is longer than {} KiB", READ_LIMIT / 1024)).into())
        }
    }
}

fn no_answer(message: String) -> Failure {
    Failure { class: ErrorClass::Protocol, message }
}

/// A server's message, in a form suitable for the log: without what was sent, and not too long.
fn for_log(message: &str, oauth2: &OAuth2) -> String {
    let text = message.as_bytes();
    let found = Redactor::new(secrets(oauth2)).find(text, Extent::Whole);
    let (mut out, mut length, mut at) = (String::new(), 0, 0);
    // The text between the secrets, and after the last.
    let ends = found.iter().map(|range| (range.start, Some(range.end))).chain([(text.len(), None)]);
    for (end, next) in ends {
        for c in String::from_utf8_lossy(&text[at..end]).chars() {
            if length >= MESSAGE {
                out.push('…');
                return out;
            }
            out.push(c);
            length += 1;
        }
        if let Some(next) = next {
            out.push_str(HIDDEN);
            (length, at) = (length + HIDDEN.len(), next);
        }
    }
    out
}

/// The secrets of the request.
fn secrets(oauth2: &OAuth2) -> Vec<Vec<u8>> {
    let secret = oauth2.client_secret.reveal();
    let mut secrets = vec![secret.to_owned(), form_encoded(secret), basic(oauth2)];
    secrets.extend(
        oauth2.fields.iter().filter(|extra| extra.is_secret()).map(|extra| extra.value.reveal().to_owned()),
    );
    for extra in oauth2.headers.iter().filter(|extra| extra.is_secret()) {
        // Header parsers trim spaces, and may repeat only the text after `Key`.
        let whole = extra.value.reveal().trim();
        let rest = whole.split_once(' ').map(|(_, rest)| rest).filter(|rest| rest.len() >= SHORTEST);
        secrets.extend([Some(whole), rest].into_iter().flatten().map(str::to_owned));
    }
    secrets.into_iter().map(String::into_bytes).collect()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use http_body_util::BodyExt as _;

    use super::*;
    use crate::profile::{Extra, Secret, TokenUrl};

    fn oauth2(sent_as: SentAs) -> OAuth2 {
        let extra = |name: &str, value: &str| Extra { name: name.to_owned(), value: Secret::new(value) };
        OAuth2 {
            token_url: TokenUrl::parse("http://127.0.0.1:1/token?a=b", false).unwrap(),
            client_id: "me:1".to_owned(),
            client_secret: Secret::new("hu sh&=ü"),
            sent_as,
            scope: Some("a b".to_owned()),
            fields: vec![extra("audience", "https://api/"), extra("api_key", "k3y")],
            headers: vec![extra("X-Tenant", "north"), extra("Accept", "*/*")],
        }
    }

    fn made(sent_as: SentAs) -> Request<Full<Bytes>> {
        let oauth2 = oauth2(sent_as);
        request(&oauth2).unwrap()()
    }

    fn body(request: &Request<Full<Bytes>>) -> String {
        let body = request.body().clone().collect().now_or_never().unwrap().unwrap();
        String::from_utf8(body.to_bytes().to_vec()).unwrap()
    }

    #[test]
    fn in_the_body() {
        let request = made(SentAs::Body);
        assert_eq!(
            body(&request),
            "grant_type=client_credentials&client_id=me%3A1&client_secret=hu+sh%26%3D%C3%BC&scope=a+b\
             &audience=https%3A%2F%2Fapi%2F&api_key=k3y"
        );
        assert_eq!(request.headers().get(AUTHORIZATION), None);
        assert_eq!(request.headers()["x-tenant"], "north");
        assert_eq!(request.headers()[ACCEPT], "*/*");
    }

    #[test]
    fn as_basic() {
        let request = made(SentAs::Basic);
        assert!(!body(&request).contains("client_id"));
        let expected = format!("Basic {}", STANDARD.encode("me%3A1:hu%20sh%26%3D%C3%BC"));
        assert_eq!(request.headers()[AUTHORIZATION], expected);
        let printed = format!("{request:?}");
        assert!(!printed.contains("Basic"), "{printed}");
    }

    #[test]
    fn what_a_server_repeats_is_hidden() {
        let oauth2 = oauth2(SentAs::Body);
        let said = format!("401: no hu sh&=ü, hu+sh%26%3D%C3%BC, {}, k3y, north", basic(&oauth2));
        assert_eq!(for_log(&said, &oauth2), "401: no (hidden), (hidden), (hidden), (hidden), north");
        let otherwise = format!("hu%20sh&amp;%3d\\u00FC, {}: %6B3y", STANDARD.encode("hu sh&=ü"));
        assert_eq!(for_log(&otherwise, &oauth2), "(hidden), (hidden): (hidden)");
        let long = format!("{}hu sh&=ü", "x".repeat(MESSAGE - 1));
        assert_eq!(for_log(&long, &oauth2), format!("{}(hidden)", "x".repeat(MESSAGE - 1)));
        assert_eq!(for_log(&"ü".repeat(MESSAGE + 1), &oauth2), format!("{}…", "ü".repeat(MESSAGE)));
    }
}
