//! Handles a request: records it and decides on the response.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

use crate::clock;

use super::attempts::AttemptCounts;
use super::behaviour::Behaviour;
use super::body::{self, ReadBody, Room};
use super::connection::{Closer, Phase};
use super::escape::bytes_escaped;
use super::limits::ReceiverLimits;
use super::planned::PlannedResponse;
use super::received::Received;
use super::reply::Reply;
use super::requests::Readers;
use super::saturation::Saturation;

/// The header that identifies deliveries.
const DELIVERY_ID: &str = "webhook-id";

/// The state shared by all connections.
pub(super) struct Handler {
    behaviour: Mutex<Behaviour>,
    attempts: Mutex<AttemptCounts>,
    pub(super) readers: Readers,
    phase: watch::Receiver<Phase>,
    limits: ReceiverLimits,
    saturation: Saturation,
    room: Arc<Room>,
}

impl Handler {
    pub(super) fn new(
        behaviour: Behaviour,
        limits: ReceiverLimits,
        phase: watch::Receiver<Phase>,
        saturation: Saturation,
    ) -> Self {
        Self {
            behaviour: Mutex::new(behaviour),
            attempts: Mutex::default(),
            readers: Readers::default(),
            phase,
            limits,
            saturation,
            room: Arc::default(),
        }
    }

    pub(super) fn behaviour(&self) -> Behaviour {
        locked(&self.behaviour).clone()
    }

    /// Restarts the counts of attempts if the number of failing attempts or the script changes.
    pub(super) fn set_behaviour(&self, behaviour: Behaviour) {
        let mut current = locked(&self.behaviour);
        if !current.counts_as(&behaviour) {
            locked(&self.attempts).clear();
        }
        *current = behaviour;
    }

    /// Accepts any request, and returns its response when it is due.
    pub(super) async fn reply(&self, request: Request<Incoming>, closer: &Closer) -> HttpResponse {
        let (parts, body) = request.into_parts();
        let began = Instant::now();
        let body = tokio::select! {
            read = body::read(body, &self.room) => read,
            () = tokio::time::sleep_until(began + self.limits.body) => return too_slow(self.limits.body),
            () = self.saturation.outlasted(began) => return too_slow(self.limits.crowded),
        };
        // The request was broken off, so it does not count as received.
        let Ok(body) = body else {
            return PlannedResponse::status(StatusCode::BAD_REQUEST.as_u16()).http();
        };
        let response = self.record(&parts, body);
        if response.reply == Reply::Hung {
            self.until(|phase| *phase != Phase::Serving).await;
        } else if !response.delay.is_zero() {
            tokio::select! {
                () = tokio::time::sleep(response.delay) => {}
                () = self.until(|phase| *phase == Phase::Cut) => closer.close_without_response(),
            }
        }
        if !matches!(response.reply, Reply::Status(_)) {
            closer.close_without_response();
        }
        response.http()
    }

    /// Records a request and decides on the response.
    fn record(&self, parts: &Parts, body: ReadBody) -> PlannedResponse {
        let received_at = clock::now();
        let behaviour = self.behaviour();
        let id = parts.headers.get(DELIVERY_ID).map(HeaderValue::as_bytes);
        let attempt = locked(&self.attempts).count(id);
        let response = behaviour.response(attempt);
        let received = Received {
            id: format!("{:08x}", Uuid::new_v4().as_fields().0),
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or("").to_owned(),
            headers: headers_shown(&parts.headers),
            left_out: Vec::new(),
            body: body.kept,
            body_length: body.length,
            received_at,
            attempt,
            response: response.clone(),
        };
        self.readers.send(&Arc::new(received));
        response
    }

    /// Waits for the phase; also ends when the receiver was dropped.
    async fn until(&self, wanted: impl FnMut(&Phase) -> bool) {
        let _ = self.phase.clone().wait_for(wanted).await;
    }
}

/// The response that is sent.
type HttpResponse = Response<Full<Bytes>>;

/// The response to a request whose body did not arrive in time. Its connection is closed.
fn too_slow(limit: Duration) -> HttpResponse {
    let mut response = PlannedResponse::status(StatusCode::REQUEST_TIMEOUT.as_u16()).http();
    *response.body_mut() = Full::from(format!("408 the body did not arrive within {limit:?}\n"));
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

fn headers_shown(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), bytes_escaped(value.as_bytes()).into_owned()))
        .collect()
}

/// Locks; the state is consistent at every step, so a panic elsewhere does not corrupt it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
