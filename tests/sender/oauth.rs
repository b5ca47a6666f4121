//! Advanced authentication: tokens from servers that behave, and from servers that do not.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::desk::{Desk, failure};
use crate::support::profiles::profile;
use crate::support::server::{Reply, Seen, Server};
use ringback::delivery::Limits;
use ringback::profile::{Draft, DraftHeader, Profile};
use ringback::record::{DeliveryState, ErrorClass};
use serde_json::json;

/// A profile with Advanced authentication; `change` is applied last.
fn advanced(endpoint: &str, tokens: &str, change: impl FnOnce(&mut Draft)) -> Profile {
    profile(endpoint, |draft| {
        draft.auth_kind = "oauth2".into();
        draft.oauth2.token_url = tokens.into();
        draft.oauth2.client_id = "ringback".into();
        draft.oauth2.client_secret = "s3cret-of-client".into();
        change(draft);
    })
}

fn with_retry(draft: &mut Draft) {
    (draft.retry_count, draft.retry_interval, draft.retry_timeout) = ("1".into(), "1".into(), "5000".into());
}

/// Grants `hush-1`, `hush-2` and so on.
fn grants(n: usize, expires_in: &serde_json::Value) -> Reply {
    let token =
        json!({"access_token": format!("hush-{n}"), "token_type": "Bearer", "expires_in": expires_in});
    Reply::new(200, token.to_string())
}

async fn granting() -> Server {
    Server::start(|_, n| grants(n, &json!(3600))).await
}

/// An endpoint that accepts only these tokens.
async fn guarded(good: &'static [&'static str]) -> Server {
    Server::start(move |request, _| {
        let is_good =
            request.header("authorization").strip_prefix("Bearer ").is_some_and(|t| good.contains(&t));
        if is_good { Reply::new(200, "thank you") } else { Reply::new(401, "who are you?") }
    })
    .await
}

fn bearers(endpoint: &Server) -> Vec<String> {
    endpoint.seen().iter().map(|request| request.header("authorization").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_deliveries_at_once_wait_for_one_token() {
    let desk = Desk::with(Limits { per_origin: 64, total: 64, ..Limits::default() });
    let endpoint = guarded(&["hush-1"]).await;
    let tokens =
        Server::start(|_, n| Reply { after: Duration::from_millis(300), ..grants(n, &json!("3600")) }).await;
    let profile = advanced(&endpoint.url(), &tokens.url(), |_| ());
    let all = futures_util::future::join_all((0..64).map(|_| desk.accept(&profile))).await;
    for id in all {
        let details = desk.ended(id).await;
        assert_eq!((details.summary.state, details.attempts.len()), (DeliveryState::Delivered, 1));
    }
    assert_eq!(tokens.seen().len(), 1);
    assert_eq!(bearers(&endpoint), vec!["Bearer hush-1"; 64]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_request_follows_the_profile() {
    let desk = Desk::new();
    let (endpoint, tokens) = (guarded(&["hush-1", "hush-2"]).await, granting().await);
    let row = |name: &str, value: &str| DraftHeader { name: name.into(), value: value.into() };
    for sent_as in ["body", "basic"] {
        let profile = advanced(&endpoint.url(), &tokens.url(), |draft| {
            draft.oauth2.sent_as = sent_as.into();
            draft.oauth2.scope = "read write".into();
            draft.oauth2.fields = vec![row("audience", "https://api.example")];
            draft.oauth2.headers = vec![row("X-Tenant", "north")];
        });
        assert_eq!(desk.only_attempt(&profile).await.summary.state, DeliveryState::Delivered);
    }
    let seen = tokens.seen();
    assert_eq!(seen.len(), 2, "another way to send the secret is another token");
    let rest = "scope=read+write&audience=https%3A%2F%2Fapi.example";
    let body =
        format!("grant_type=client_credentials&client_id=ringback&client_secret=s3cret-of-client&{rest}");
    assert_eq!((seen[0].body.as_str(), seen[0].header("authorization")), (body.as_str(), ""));
    let basic = "Basic cmluZ2JhY2s6czNjcmV0LW9mLWNsaWVudA==";
    assert_eq!(seen[1].body, format!("grant_type=client_credentials&{rest}"));
    assert_eq!(seen[1].header("authorization"), basic);
    for request in seen.iter() {
        assert_eq!(request.header("content-type"), "application/x-www-form-urlencoded");
        assert_eq!((request.header("accept"), request.header("x-tenant")), ("application/json", "north"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_kept_whatever_the_type_of_its_lifetime() {
    let desk = Desk::new();
    for expires_in in [json!(3600), json!("3600"), json!(null)] {
        let endpoint = guarded(&["hush-1"]).await;
        let tokens = Server::start(move |_, n| grants(n, &expires_in)).await;
        let profile = advanced(&endpoint.url(), &tokens.url(), |_| ());
        for _ in 0..3 {
            assert_eq!(desk.only_attempt(&profile).await.summary.state, DeliveryState::Delivered);
        }
        assert_eq!(tokens.seen().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_fetched_again_before_it_expires() {
    let desk = Desk::new();
    let endpoint = guarded(&["hush-1", "hush-2"]).await;
    // Kept for five seconds, half of its lifetime.
    let tokens = Server::start(|_, n| grants(n, &json!(10))).await;
    let profile = advanced(&endpoint.url(), &tokens.url(), |_| ());
    let start = Instant::now();
    while tokens.seen().len() < 2 {
        assert!(start.elapsed() < Duration::from_secs(30), "the first token is kept for ever");
        assert_eq!(desk.only_attempt(&profile).await.summary.state, DeliveryState::Delivered);
    }
    assert!(start.elapsed() >= Duration::from_secs(5));
    let used: HashSet<String> = bearers(&endpoint).into_iter().collect();
    assert_eq!(used.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_lived_token_is_not_fetched_for_each_delivery() {
    let desk = Desk::with(Limits { per_origin: 64, total: 64, ..Limits::default() });
    for expires_in in [json!(0), json!(60), json!("1")] {
        let endpoint = Server::start(|_, _| Reply::new(200, "")).await;
        let tokens = Server::start(move |_, n| grants(n, &expires_in)).await;
        let profile = advanced(&endpoint.url(), &tokens.url(), |_| ());
        let all = futures_util::future::join_all((0..1000).map(|_| desk.accept(&profile))).await;
        for id in all {
            assert_eq!(desk.ended(id).await.summary.state, DeliveryState::Delivered);
        }
        assert!(tokens.seen().len() <= 3, "{} fetches", tokens.seen().len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_403_for_a_kept_token_is_treated_as_401_once() {
    let desk = Desk::new();
    let tokens = granting().await;
    let good = Arc::new(Mutex::new("Bearer hush-1"));
    let known = Arc::clone(&good);
    let endpoint = Server::start(move |request, _| {
        Reply::new(if request.header("authorization") == *known.lock().unwrap() { 200 } else { 403 }, "")
    })
    .await;
    let profile = advanced(&endpoint.url(), &tokens.url(), |_| ());
    assert_eq!(desk.only_attempt(&profile).await.summary.state, DeliveryState::Delivered);
    *good.lock().unwrap() = "Bearer hush-2";
    assert_eq!(desk.only_attempt(&profile).await.summary.state, DeliveryState::Delivered);
    assert_eq!((tokens.seen().len(), endpoint.seen().len()), (2, 3));
    // From then on it is honest.
    *good.lock().unwrap() = "none";
    for _ in 0..4 {
        assert_eq!(failure(&desk.only_attempt(&profile).await).1, "403 Forbidden");
    }
    assert_eq!(tokens.seen().len(), 2, "a new token did not help, so none is fetched");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_401_the_same_request_is_sent_with_a_new_token() {
    let desk = Desk::with(Limits { per_origin: 64, total: 64, ..Limits::default() });
    let (endpoint, tokens) = (guarded(&["hush-2"]).await, granting().await);
    let profile = advanced(&endpoint.url(), &tokens.url(), |_| ());
    let details = desk.only_attempt(&profile).await;
    assert_eq!(details.summary.state, DeliveryState::Delivered);
    assert_eq!(
        (details.attempts[0].status, &*details.attempts[0].response_body),
        (Some(200), &b"thank you"[..])
    );
    assert_eq!(bearers(&endpoint), ["Bearer hush-1", "Bearer hush-2"]);
    {
        let seen = endpoint.seen();
        let same = |request: &Seen| (request.body.clone(), request.header("webhook-id").to_owned());
        assert_eq!(same(&seen[0]), same(&seen[1]));
    }
    desk.only_attempt(&profile).await;
    assert_eq!((tokens.seen().len(), endpoint.seen().len()), (2, 3), "the new token is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_401_at_once_cause_one_fetch() {
    let desk = Desk::with(Limits { per_origin: 64, total: 64, ..Limits::default() });
    let tokens = granting().await;
    let open = guarded(&["hush-1"]).await;
    desk.only_attempt(&advanced(&open.url(), &tokens.url(), |_| ())).await;
    let endpoint = guarded(&["hush-2"]).await;
    let profile = advanced(&endpoint.url(), &tokens.url(), |_| ());
    let all = futures_util::future::join_all((0..64).map(|_| desk.accept(&profile))).await;
    for id in all {
        assert_eq!(desk.ended(id).await.summary.state, DeliveryState::Delivered);
    }
    assert_eq!(tokens.seen().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_accepts_no_token_is_called_twice_only() {
    let desk = Desk::new();
    let (endpoint, tokens) = (guarded(&[]).await, granting().await);
    let details = desk.only_attempt(&advanced(&endpoint.url(), &tokens.url(), |_| ())).await;
    assert_eq!(failure(&details), (ErrorClass::Status, "401 Unauthorized".to_owned()));
    assert_eq!(details.attempts[0].response_body, b"who are you?");
    assert_eq!((tokens.seen().len(), endpoint.seen().len()), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_401_without_a_new_token_reports_both() {
    let desk = Desk::new();
    let endpoint = guarded(&[]).await;
    let tokens =
        Server::start(|_, n| if n == 1 { grants(1, &json!(3600)) } else { Reply::new(503, "") }).await;
    let details = desk.only_attempt(&advanced(&endpoint.url(), &tokens.url(), |_| ())).await;
    assert_eq!(failure(&details), (ErrorClass::Status, "no token: 503 Service Unavailable".to_owned()));
    assert_eq!((details.attempts[0].status, endpoint.seen().len()), (Some(401), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_token_request_is_repeated_at_the_retry() {
    let desk = Desk::new();
    let endpoint = guarded(&["hush-2"]).await;
    let tokens =
        Server::start(|_, n| if n == 1 { Reply::new(500, "oops") } else { grants(n, &json!(3600)) }).await;
    let id = desk.accept(&advanced(&endpoint.url(), &tokens.url(), with_retry)).await;
    let details = desk.ended(id).await;
    assert_eq!(details.summary.state, DeliveryState::Delivered);
    let first = &details.attempts[0];
    let error = first.error.as_ref().expect("an error");
    assert_eq!(
        (error.class, error.message.as_str()),
        (ErrorClass::Status, "no token: 500 Internal Server Error")
    );
    assert_eq!((first.status, first.response_headers.len(), first.response_body.len()), (None, 0, 0));
    assert_eq!((tokens.seen().len(), endpoint.seen().len()), (2, 1), "no token, no request");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_response_without_a_token_has_its_reason() {
    let desk = Desk::new();
    let endpoint = guarded(&[]).await;
    let json = |value: serde_json::Value| Reply::new(200, value.to_string());
    let refused = r#"{"error":"invalid_client","error_description":"no\n\u001b[2J s3cret-of-client"}"#;
    let cases: Vec<(Reply, ErrorClass, &str)> = vec![
        (
            Reply::new(401, refused),
            ErrorClass::Status,
            "401 Unauthorized (invalid_client: no\\x0a\\x1b[2J (hidden))",
        ),
        (
            Reply::new(400, r#"{"error":"invalid_scope"}"#),
            ErrorClass::Status,
            "400 Bad Request (invalid_scope)",
        ),
        (Reply::new(429, "<html>"), ErrorClass::Status, "429 Too Many Requests"),
        (
            Reply { headers: vec![("location", endpoint.url())], ..Reply::new(302, "") },
            ErrorClass::Status,
            "302 Found, to ENDPOINT: redirects are not followed",
        ),
        (Reply::new(200, "access_token=hush"), ErrorClass::Protocol, "the response is not a JSON object"),
        (json(json!({"error": "nope"})), ErrorClass::Protocol, "the response has no access_token (nope)"),
        (
            json(json!({"access_token": "hush", "token_type": "mac"})),
            ErrorClass::Protocol,
            "its token_type is 'mac', not bearer",
        ),
        (
            json(json!({"access_token": "hush\r\nX-Evil: 1"})),
            ErrorClass::Protocol,
            "the access_token holds a character that is not allowed in a header",
        ),
        (Reply::new(200, vec![b' '; 100_000]), ErrorClass::Protocol, "the response is longer than 64 KiB"),
    ];
    for (reply, class, message) in cases {
        let reply = std::sync::Mutex::new(Some(reply));
        let tokens = Server::start(move |_, _| reply.lock().unwrap().take().expect("asked once")).await;
        let details = desk.only_attempt(&advanced(&endpoint.url(), &tokens.url(), |_| ())).await;
        let message = message.replace("ENDPOINT", &endpoint.url());
        assert_eq!(failure(&details), (class, format!("no token: {message}")));
        assert!(class.is_retried());
    }
    assert_eq!(endpoint.seen().len(), 0, "nothing is sent without a token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_server_that_cannot_be_reached_has_its_reason() {
    let desk = Desk::new();
    let endpoint = guarded(&[]).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let hangs = Server::start(|_, _| Reply { after: Duration::from_hours(1), ..Reply::new(200, "") }).await;
    for (url, class, message) in [
        (hangs.url(), ErrorClass::Timeout, "timed out after 300 ms".to_owned()),
        (
            format!("http://{closed}/token"),
            ErrorClass::Connect,
            format!("{closed} refuses the connection: nothing is listening there"),
        ),
        (
            "https://nobody.invalid/".to_owned(),
            ErrorClass::Dns,
            "the name nobody.invalid does not resolve".to_owned(),
        ),
        (
            "http://169.254.169.254/".to_owned(),
            ErrorClass::RefusedAddress,
            "169.254.169.254 is link-local, which is never dialled".to_owned(),
        ),
    ] {
        let profile = advanced(&endpoint.url(), &url, |draft| {
            with_retry(draft);
            draft.retry_timeout = "300".into();
        });
        let details = desk.ended(desk.accept(&profile).await).await;
        assert_eq!(failure(&details), (class, format!("no token: {message}")));
        assert_eq!(details.attempts.len(), if class.is_retried() { 2 } else { 1 }, "{message}");
    }
    assert_eq!(hangs.seen().len(), 2, "each try asks anew");
    assert_eq!(endpoint.seen().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeout_covers_token_and_request_together() {
    let desk = Desk::new();
    let slow = |reply: Reply| Reply { after: Duration::from_millis(900), ..reply };
    let tokens = Server::start(move |_, n| slow(grants(n, &json!(3600)))).await;
    let endpoint = Server::start(move |_, _| slow(Reply::new(200, ""))).await;
    let profile = advanced(&endpoint.url(), &tokens.url(), |draft| {
        with_retry(draft);
        draft.retry_timeout = "1500".into();
    });
    let details = desk.ended(desk.accept(&profile).await).await;
    let first = details.attempts[0].error.as_ref().expect("an error");
    assert_eq!(first.message, "timed out after 1500 ms", "it is the endpoint that was waited for");
    assert_eq!(details.summary.state, DeliveryState::Delivered, "the token is there at the retry");
    assert_eq!(tokens.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_and_secrets_are_not_stored() {
    let mut desk = Desk::new();
    let (endpoint, tokens) = (guarded(&["hush-1"]).await, granting().await);
    let details = desk.only_attempt(&advanced(&endpoint.url(), &tokens.url(), |_| ())).await;
    let kept = format!("{details:?}");
    assert!(!kept.contains("hush") && !kept.contains("s3cret"), "{kept}");
    desk.stop().await;
    for file in std::fs::read_dir(desk.folder.path()).unwrap() {
        let file = file.unwrap().path();
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(4).any(|w| w == b"hush"), "a token lies in {}", file.display());
    }
}
