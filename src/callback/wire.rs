//! The head of a request as sent over HTTP/1.1: from the profile, the credentials, and the HTTP client. A test
//! compares it with the bytes that the real client writes.

use url::{Position, Url};

use super::Callback;
use crate::profile::Auth;

/// Replaces a secret.
const HIDDEN: &str = "••••••••";

/// Replaces a token.
const FETCHED: &str = "(an access token, fetched when it is sent)";

/// A header as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireHeader {
    /// In lower case, as the HTTP client writes it.
    pub name: String,
    /// As sent.
    pub value: String,
    /// Whether it is shown only on request.
    pub secret: bool,
    /// Whether the value is an access token that is fetched when the request is sent; it is not included.
    pub fetched: bool,
}

impl WireHeader {
    /// The value, or dots if it is a secret that was not requested.
    #[must_use]
    pub fn shown(&self, secrets: bool) -> &str {
        if self.fetched {
            FETCHED
        } else if self.secret && !secrets && !self.value.is_empty() {
            HIDDEN
        } else {
            &self.value
        }
    }
}

/// Headers of [`credentials`](super::credentials) that are not secret: the signing secret cannot be derived from a
/// signature, which is valid for this id, time and body only.
const OPEN: [&str; 2] = ["webhook-timestamp", "webhook-signature"];

/// The headers in sending order. Those with the same name are sent together, at the position of the first.
pub(super) fn headers(
    callback: &Callback,
    credentials: &[(String, String)],
    auth: &Auth,
    url: &Url,
) -> Vec<WireHeader> {
    let plain = callback.headers.iter().map(|row| (row, false));
    let proof = credentials.iter().map(|row| (row, !OPEN.contains(&row.0.as_str())));
    let mut rows: Vec<WireHeader> = plain.chain(proof).map(|((n, v), secret)| row(n, v, secret)).collect();
    let length = row("content-length", &callback.body.len().to_string(), false);
    let empty = callback.body.is_empty();
    // Set explicitly where the client would omit it (`delivery::transport`), so it comes earlier.
    if callback.method.has_body() && empty {
        rows.push(length.clone());
    }
    if matches!(auth, Auth::OAuth2(_)) {
        rows.push(WireHeader { fetched: true, ..row("authorization", "", true) });
    }
    for (name, value) in [("accept", "*/*"), ("accept-encoding", "identity")] {
        if !rows.iter().any(|row| row.name == name) {
            rows.push(row(name, value, false));
        }
    }
    rows.push(row("host", &url[Position::BeforeHost..Position::AfterPort], false));
    if !empty {
        rows.push(length);
    }
    let names: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
    rows.sort_by_key(|row| names.iter().position(|name| *name == row.name));
    rows
}

/// The path and query in the request line.
pub(super) fn target(url: &Url) -> String {
    url[Position::BeforePath..Position::AfterQuery].to_owned()
}

fn row(name: &str, value: &str, secret: bool) -> WireHeader {
    WireHeader { name: name.to_ascii_lowercase(), value: value.to_owned(), secret, fetched: false }
}
