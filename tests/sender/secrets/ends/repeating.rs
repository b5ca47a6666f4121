//! Endpoints that repeat what they received.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::search::marks;
use crate::support::server::{Reply, Seen, Server};

/// The request's headers, one per line, as received.
pub fn header_lines(request: &Seen) -> Vec<String> {
    let line = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))
    };
    request.headers.iter().map(line).collect()
}

/// Repeats all headers and the body in the headers and in the body of its response. A redirect leads to a secret.
pub async fn echo(status: u16) -> Server {
    Server::start(move |request, _| {
        let lines = header_lines(request);
        // A header cannot contain a line feed.
        let body = request.body.replace(['\r', '\n'], " ");
        let mut headers: Vec<(&str, String)> = lines.iter().map(|line| ("echo", line.clone())).collect();
        headers.push(("echo", body));
        if status == 302 {
            let (by, was) = (request.header("authorization"), request.header("cookie"));
            headers.push(("location", format!("/login?by={by}&was={was}")));
        }
        let body = format!("{}\n\n{}", lines.join("\n"), request.body);
        Reply { headers, ..Reply::new(status, body) }
    })
    .await
}

/// The same with both in a JSON object, where quotes and backslashes are escaped.
pub async fn json_echo() -> Server {
    Server::start(|request, _| {
        let lines = header_lines(request);
        let value = |name: &axum::http::HeaderName| json!(request.header(name.as_str()));
        let headers: Value = request.headers.keys().map(|name| (name.to_string(), value(name))).collect();
        let body = json!({"headers": headers, "lines": lines, "body": request.body}).to_string();
        Reply { headers: vec![("echo", body.clone())], ..Reply::new(200, body) }
    })
    .await
}

/// The values of all headers as programs encode them, in the headers and in the body of a redirect that leads to
/// another one.
pub async fn encoding_echo() -> Server {
    Server::start(|request, _| {
        let encoded = |value: &str| {
            [marks::percent(value), marks::in_json(value), marks::in_html(value), STANDARD.encode(value)]
        };
        let line = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
            format!("{name}: {}", encoded(&String::from_utf8_lossy(value.as_bytes())).join(" or "))
        };
        let lines: Vec<String> = request.headers.iter().map(line).collect();
        let mut headers: Vec<(&str, String)> = lines.iter().map(|line| ("echo", line.clone())).collect();
        let (by, was) = (request.header("authorization"), request.header("cookie"));
        let (by, was) = (marks::percent(by), STANDARD.encode(was));
        headers.push(("location", format!("/login?by={by}&was={was}")));
        Reply { headers, ..Reply::new(302, lines.join("\n")) }
    })
    .await
}

/// The secrets that these were sent.
pub fn secrets_seen<'a>(servers: impl IntoIterator<Item = &'a Server>) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    for server in servers {
        for request in server.seen().iter() {
            let all = format!("{}\n{}", header_lines(request).join("\n"), request.body);
            found.extend(marks::found(all.as_bytes()));
        }
    }
    found
}
