//! Counts and logs each request.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::access_log::Access;
use super::auth::KeyUsed;
use super::{Api, Peer};
use crate::clock;

/// The route of requests whose path is unknown, in metrics.
const NO_ROUTE: &str = "unknown";

/// The methods that are counted separately: a client may send any word.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"];

/// Counts and logs a request.
pub(super) async fn observe(State(api): State<Api>, request: Request, next: Next) -> Response {
    let (at, began) = (clock::now(), Instant::now());
    let name = request.method().as_str();
    let method = METHODS.iter().find(|method| **method == name).copied().unwrap_or("other");
    let route = request.extensions().get::<MatchedPath>().cloned();
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let response = next.run(request).await;
    let (status, long) = (response.status().as_u16(), began.elapsed());
    let route = route.as_ref().map(MatchedPath::as_str);
    api.metrics().requests.add(method, route.unwrap_or(NO_ROUTE), status, long);
    if let Some(log) = &api.access_log {
        let key = response.extensions().get::<KeyUsed>().map(|key| key.0.as_str());
        log.add(&Access { at, peer, key, method, route, status, long });
    }
    response
}
