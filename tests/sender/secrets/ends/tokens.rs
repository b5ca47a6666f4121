//! Servers that grant a marked token, or fail and repeat what they received.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use url::form_urlencoded;

use super::super::search::marks::mark;
use super::End;
use super::repeating::{header_lines, secrets_seen};
use crate::support::server::{Reply, Seen, Server};

/// Outcomes for the profiles that need a token, and their servers.
pub struct TokenEnds {
    pub ways: Vec<End>,
    /// Grants a marked token to everyone.
    pub granting: Server,
    failing: Vec<Server>,
}

impl TokenEnds {
    /// The secrets that were sent to the servers that repeat them.
    pub fn repeated(&self) -> BTreeSet<&'static str> {
        secrets_seen(&self.failing)
    }
}

/// Grants marked tokens, each different.
pub async fn granting() -> Server {
    Server::start(|_, n| {
        let token = format!("ey{n}.{}-_~+/\"=", mark("access token"));
        let answer = json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600});
        Reply::new(200, answer.to_string())
    })
    .await
}

/// Returns this as the reason why there is no token.
async fn refusing(status: u16, reason: impl Fn(&Seen) -> String + Send + Sync + 'static) -> Server {
    Server::start(move |request, _| {
        let answer = json!({"error": "invalid_client", "error_description": reason(request)});
        Reply::new(status, answer.to_string())
    })
    .await
}

/// A field of the form, read.
fn field(request: &Seen, name: &str) -> String {
    let mut pairs = form_urlencoded::parse(request.body.as_bytes());
    pairs.find(|(n, _)| n == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// The ways to get no token. `good` is an endpoint that accepts, and is never called.
pub async fn token_ends(good: &str) -> TokenEnds {
    let read = |request: &Seen| {
        let (secret, key) = (field(request, "client_secret"), field(request, "api_key"));
        format!("{secret} and {key} and {}", request.header("x-secret"))
    };
    let header = |request: &Seen| {
        let secret = request.header("x-secret");
        // Complete, and without the word before it.
        format!("{secret} or {}", secret.trim_start_matches("Key "))
    };
    let basic =
        |request: &Seen| header_lines(request).iter().rev().take(4).cloned().collect::<Vec<_>>().join("; ");
    let hangs = Server::start(|_, _| Reply { after: Duration::MAX, ..Reply::new(200, "") }).await;
    let moves = Server::start(|request, _| Reply {
        headers: vec![("location", format!("/?{}", request.body))],
        ..Reply::new(302, "")
    })
    .await;
    let typed = Server::start(|request, _| {
        Reply::new(200, json!({"access_token": mark("access token"), "token_type": request.body}).to_string())
    })
    .await;
    let odd = Server::start(|_, _| {
        Reply::new(200, json!({"access_token": format!("{}\r\n", mark("access token"))}).to_string())
    })
    .await;
    let plain = Server::start(|request, _| {
        let body = format!("access_token={}&{}", mark("access token"), request.body);
        Reply::new(200, body)
    })
    .await;
    let servers = vec![
        ("tokens 500", "status", "body", refusing(500, read).await),
        ("tokens refused with form", "status", "body", refusing(401, |request| request.body.clone()).await),
        ("tokens refused with header", "status", "body", refusing(400, header).await),
        ("tokens refused with Basic", "status", "basic", refusing(401, basic).await),
        ("tokens hang", "timeout", "body", hangs),
        ("tokens moved", "status", "body", moves),
        ("tokens of another type", "protocol", "body", typed),
        ("tokens that cannot be sent", "protocol", "body", odd),
        ("tokens without JSON", "protocol", "body", plain),
    ];
    let end = |(name, class, sent_as, server): &(&'static str, &'static str, &'static str, Server)| End {
        token_url: Some(server.url()),
        sent_as,
        ..End::new(name, good, Some(class))
    };
    TokenEnds {
        ways: servers.iter().map(end).collect(),
        granting: granting().await,
        failing: servers.into_iter().map(|(.., server)| server).collect(),
    }
}
