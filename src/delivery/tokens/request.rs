//! One fetch of a token: client credentials (RFC 6749, section 4.4.2).

use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::header::{InvalidHeaderValue, USER_AGENT};
use reqwest::{Client, Response, Url};
use url::form_urlencoded;

use super::{Token, answer};
use crate::callback;
use crate::delivery::failure;
use crate::delivery::guard;
use crate::delivery::printable::printable;
use crate::delivery::record::{ErrorClass, Failure};
use crate::profile::{OAuth2, SentAs};

/// The most of an answer that is read; no token is longer.
const READ_LIMIT: usize = 64 * 1024;
/// Most characters of a message that a server has a say in.
const MESSAGE: usize = 240;
/// Shorter parts of a secret stand in any message by chance.
const SHORTEST: usize = 4;
/// What stands for a secret.
const HIDDEN: &str = "(hidden)";

/// Fetches a token. It takes as long as the server takes: the attempt's timeout ends it.
pub(super) async fn fetch(client: &Client, oauth2: &OAuth2) -> Result<Token, Failure> {
    let fetched = exchange(client, oauth2).await;
    // A server may repeat in its reason what it was sent.
    fetched.map_err(|failure| Failure { message: told(&failure.message, oauth2), ..failure })
}

async fn exchange(client: &Client, oauth2: &OAuth2) -> Result<Token, Failure> {
    let request = request(client, oauth2)?;
    let url = request.url().clone();
    // The token's time began before its answer arrived: the earlier moment is the safe one.
    let asked_at = Instant::now();
    let response = client.execute(request).await.map_err(|e| failure::of_error(&e, &url))?;
    let status = response.status();
    let location = response.headers().get(LOCATION).map(|to| printable(to.as_bytes()));
    let body = read_body(response, &url).await?;
    if let Some(failure) = failure::of_status(status, location.as_deref()) {
        let why = answer::reason(&body).map(|why| format!(" ({why})")).unwrap_or_default();
        return Err(Failure { message: failure.message + &why, ..failure });
    }
    let granted = answer::read(&body).map_err(no_answer)?;
    Ok(Token::new(granted.header, asked_at + granted.fresh_for))
}

fn request(client: &Client, oauth2: &OAuth2) -> Result<reqwest::Request, Failure> {
    let url = Url::parse(oauth2.token_url.as_str())
        .map_err(|e| failure::no_request(format!("the authentication URL cannot be read: {e}")))?;
    guard::check_literal(&url)
        .map_err(|e| Failure { class: ErrorClass::RefusedAddress, message: e.to_string() })?;
    let headers =
        headers(oauth2).map_err(|name| failure::no_request(format!("the header {name} cannot be sent")))?;
    let request = client.post(url).headers(headers).body(form(oauth2));
    request.build().map_err(|e| failure::no_request(e.to_string()))
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

/// The headers; or the name of one that cannot be sent. The profile's have the last word.
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
    Ok(headers)
}

fn sensitive(value: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::try_from(value)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Client id and secret for Basic: form-encoded first (RFC 6749, section 2.3.1), so that a colon
/// can stand in either. A space as `%20`: not every server reads a `+` there.
fn basic(oauth2: &OAuth2) -> String {
    let encoded = |text: &str| form_encoded(text).replace('+', "%20");
    STANDARD.encode(format!("{}:{}", encoded(&oauth2.client_id), encoded(oauth2.client_secret.reveal())))
}

fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn read_body(response: Response, url: &Url) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        body.extend_from_slice(&chunk.map_err(|e| failure::of_error(&e, url))?);
        if body.len() > READ_LIMIT {
            return Err(no_answer(format!("the answer is longer than {} KiB", READ_LIMIT / 1024)));
        }
    }
    Ok(body)
}

fn no_answer(message: String) -> Failure {
    Failure { class: ErrorClass::Protocol, message }
}

/// What a server said, as it may stand in the log: without what it was sent, and not too long.
fn told(message: &str, oauth2: &OAuth2) -> String {
    let secret = oauth2.client_secret.reveal();
    let mut secrets = vec![secret.to_owned(), form_encoded(secret), basic(oauth2)];
    for extra in oauth2.fields.iter().filter(|extra| extra.is_secret()) {
        secrets.extend([printable(extra.value.reveal().as_bytes()), form_encoded(extra.value.reveal())]);
    }
    for extra in oauth2.headers.iter().filter(|extra| extra.is_secret()) {
        // What reads a header leaves the spaces around it out, and may name what follows `Key` alone.
        let whole = printable(extra.value.reveal().trim().as_bytes());
        secrets.extend(
            whole.split_once(' ').map(|(_, rest)| rest.to_owned()).filter(|rest| rest.len() >= SHORTEST),
        );
        secrets.push(whole);
    }
    secrets.retain(|secret| !secret.is_empty());
    // The longest first: one may begin with another.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    let (mut out, mut length, mut rest) = (String::new(), 0, message);
    while let Some(c) = rest.chars().next() {
        if length >= MESSAGE {
            out.push('…');
            break;
        }
        if let Some(secret) = secrets.iter().find(|secret| rest.starts_with(secret.as_str())) {
            out.push_str(HIDDEN);
            length += HIDDEN.len();
            rest = &rest[secret.len()..];
        } else {
            out.push(c);
            length += 1;
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

#[cfg(test)]
mod tests {
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

    fn made(sent_as: SentAs) -> reqwest::Request {
        request(&Client::builder().build().unwrap(), &oauth2(sent_as)).unwrap()
    }

    fn body(request: &reqwest::Request) -> &str {
        std::str::from_utf8(request.body().unwrap().as_bytes().unwrap()).unwrap()
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
        assert_eq!(request.url().as_str(), "http://127.0.0.1:1/token?a=b");
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
        assert_eq!(told(&said, &oauth2), "401: no (hidden), (hidden), (hidden), (hidden), north");
        let long = format!("{}hu sh&=ü", "x".repeat(MESSAGE - 1));
        assert_eq!(told(&long, &oauth2), format!("{}(hidden)", "x".repeat(MESSAGE - 1)));
        assert_eq!(told(&"ü".repeat(MESSAGE + 1), &oauth2), format!("{}…", "ü".repeat(MESSAGE)));
    }
}
