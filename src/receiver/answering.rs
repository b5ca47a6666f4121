//! From a request to what is shown of it and what is answered.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::{broadcast, watch};

use crate::clock;

use super::behaviour::Behaviour;
use super::body::{self, BODY_KEPT, ReadBody};
use super::connection::{Closer, Phase};
use super::decryption::fields_decrypted;
use super::escape::bytes_escaped;
use super::fields;
use super::received::{Answer, Received};
use super::tries::Tries;

/// The header that tells deliveries apart.
const DELIVERY_ID: &str = "webhook-id";

/// What all connections share.
pub(super) struct Answering {
    behaviour: Mutex<Behaviour>,
    tries: Mutex<Tries>,
    pub(super) requests: broadcast::Sender<Arc<Received>>,
    phase: watch::Receiver<Phase>,
}

impl Answering {
    pub(super) fn new(
        behaviour: Behaviour,
        requests: broadcast::Sender<Arc<Received>>,
        phase: watch::Receiver<Phase>,
    ) -> Self {
        Self { behaviour: Mutex::new(behaviour), tries: Mutex::default(), requests, phase }
    }

    pub(super) fn behaviour(&self) -> Behaviour {
        locked(&self.behaviour).clone()
    }

    /// Tries are counted from 1 again when the number that fail is another.
    pub(super) fn set_behaviour(&self, behaviour: Behaviour) {
        let mut current = locked(&self.behaviour);
        if current.fail_first != behaviour.fail_first {
            locked(&self.tries).clear();
        }
        *current = behaviour;
    }

    /// Records a request and says what to answer.
    async fn record(&self, parts: Parts, body: ReadBody) -> (Answer, Duration) {
        let received_at = clock::now();
        let behaviour = self.behaviour();
        let id = parts.headers.get(DELIVERY_ID).map(HeaderValue::as_bytes);
        let answered = behaviour.answer(locked(&self.tries).count(id));
        // A cut body is not read for fields: its last one would be wrong.
        let whole = if body.length > BODY_KEPT as u64 { &[][..] } else { &body.kept };
        let mut fields = fields::decode(&parts, whole).await;
        if let Some(decrypt) = &behaviour.decrypt {
            fields_decrypted(&mut fields, decrypt.as_ref());
        }
        let received = Received {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or("").to_owned(),
            headers: headers_shown(&parts.headers),
            body: body.kept,
            body_length: body.length,
            fields,
            received_at,
            answered,
        };
        // An error says that nobody listens, which is no fault.
        let _ = self.requests.send(Arc::new(received));
        (answered, behaviour.delay)
    }

    /// Waits for the phase; also ends when the receiver was dropped.
    async fn until(&self, wanted: impl FnMut(&Phase) -> bool) {
        let _ = self.phase.clone().wait_for(wanted).await;
    }
}

/// Takes any request.
pub(super) async fn take(
    State(answering): State<Arc<Answering>>,
    ConnectInfo(closer): ConnectInfo<Closer>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = body::read(body).await else {
        // It broke off, so it did not arrive.
        return StatusCode::BAD_REQUEST.into_response();
    };
    let (answer, delay) = answering.record(parts, body).await;
    if answer == Answer::Hung {
        answering.until(|phase| *phase != Phase::Serving).await;
    } else if !delay.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = answering.until(|phase| *phase == Phase::Cut) => closer.close_unanswered(),
        }
    }
    if let Answer::Status(status) = answer {
        response(status)
    } else {
        closer.close_unanswered();
        Response::new(Body::empty())
    }
}

fn response(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    if !matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED) {
        let reason = status.canonical_reason().unwrap_or("as told");
        *response.body_mut() = Body::from(format!("{} {reason}\n", status.as_u16()));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    }
    response
}

fn headers_shown(headers: &HeaderMap) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_string(), bytes_escaped(value.as_bytes()))).collect()
}

/// Locks; what is kept here is whole at every step, so a panic elsewhere does not spoil it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
