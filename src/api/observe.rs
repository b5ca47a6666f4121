//! Counts and logs each request.

use std::net::IpAddr;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use jiff::Timestamp;

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
    let observed = Observed::begin(&api, &request);
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    observed.end(&api, route.as_ref().map(MatchedPath::as_str), &response);
    response
}

/// A request that is counted and logged.
#[derive(Debug)]
pub(super) struct Observed {
    began: Instant,
    method: &'static str,
    /// For the log, if there is one.
    logged: Option<(Timestamp, Option<IpAddr>)>,
}

impl Observed {
    /// A request has arrived.
    pub(super) fn begin(api: &Api, request: &Request) -> Self {
        let name = request.method().as_str();
        let method = METHODS.iter().find(|method| **method == name).copied().unwrap_or("other");
        let peer = || request.extensions().get::<Peer>().map(|peer| peer.0.ip());
        let logged = api.access_log.is_some().then(|| (clock::now(), peer()));
        Self { began: Instant::now(), method, logged }
    }

    /// Its response begins. `route` is one of the table; none for an unknown path.
    pub(super) fn end(self, api: &Api, route: Option<&str>, response: &Response) {
        let Self { began, method, logged } = self;
        let (status, long) = (response.status().as_u16(), began.elapsed());
        api.metrics().requests.add(method, route.unwrap_or(NO_ROUTE), status, long);
        if let Some((log, (at, peer))) = api.access_log.as_ref().zip(logged) {
            let key = response.extensions().get::<KeyUsed>().map(|key| key.0.id.as_str());
            log.add(&Access { at, peer, key, method, route, status, long });
        }
    }
}
