//! From a request to what is shown of it and what is answered.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::clock;

use super::behaviour::Behaviour;
use super::body::{self, ReadBody, Room};
use super::connection::{Closer, Phase};
use super::crowd::Crowd;
use super::escape::bytes_escaped;
use super::limits::ReceiverLimits;
use super::received::{Answer, Received};
use super::requests::Readers;
use super::tries::Tries;

/// The header that tells deliveries apart.
const DELIVERY_ID: &str = "webhook-id";

/// What all connections share.
pub(super) struct Answering {
    behaviour: Mutex<Behaviour>,
    tries: Mutex<Tries>,
    pub(super) readers: Readers,
    phase: watch::Receiver<Phase>,
    limits: ReceiverLimits,
    crowd: Crowd,
    room: Arc<Room>,
}

impl Answering {
    pub(super) fn new(
        behaviour: Behaviour,
        limits: ReceiverLimits,
        phase: watch::Receiver<Phase>,
        crowd: Crowd,
    ) -> Self {
        Self {
            behaviour: Mutex::new(behaviour),
            tries: Mutex::default(),
            readers: Readers::default(),
            phase,
            limits,
            crowd,
            room: Arc::default(),
        }
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

    /// Takes any request, and gives its answer when it is time for it.
    pub(super) async fn answer(&self, request: Request<Incoming>, closer: &Closer) -> Answered {
        let (parts, body) = request.into_parts();
        let began = Instant::now();
        let body = tokio::select! {
            read = body::read(body, &self.room) => read,
            () = tokio::time::sleep_until(began + self.limits.body) => return too_slow(self.limits.body),
            () = self.crowd.outlasted(began) => return too_slow(self.limits.crowded),
        };
        // It broke off, so it did not arrive.
        let Ok(body) = body else { return response(StatusCode::BAD_REQUEST.as_u16()) };
        let (answer, delay) = self.record(&parts, body);
        if answer == Answer::Hung {
            self.until(|phase| *phase != Phase::Serving).await;
        } else if !delay.is_zero() {
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                () = self.until(|phase| *phase == Phase::Cut) => closer.close_unanswered(),
            }
        }
        if let Answer::Status(status) = answer {
            response(status)
        } else {
            closer.close_unanswered();
            Response::default()
        }
    }

    /// Records a request and says what to answer.
    fn record(&self, parts: &Parts, body: ReadBody) -> (Answer, Duration) {
        let received_at = clock::now();
        let behaviour = self.behaviour();
        let id = parts.headers.get(DELIVERY_ID).map(HeaderValue::as_bytes);
        let answered = behaviour.answer(locked(&self.tries).count(id));
        let received = Received {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or("").to_owned(),
            headers: headers_shown(&parts.headers),
            body: body.kept,
            body_length: body.length,
            received_at,
            answered,
        };
        self.readers.send(&Arc::new(received));
        (answered, behaviour.delay)
    }

    /// Waits for the phase; also ends when the receiver was dropped.
    async fn until(&self, wanted: impl FnMut(&Phase) -> bool) {
        let _ = self.phase.clone().wait_for(wanted).await;
    }
}

/// What is sent.
type Answered = Response<Full<Bytes>>;

fn response(status: u16) -> Answered {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    if !matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED) {
        let reason = status.canonical_reason().unwrap_or("custom status");
        set_text(&mut response, format!("{} {reason}\n", status.as_u16()));
    }
    response
}

/// The answer to a request whose body did not arrive in time. Its connection is closed.
fn too_slow(limit: Duration) -> Answered {
    let mut response = response(StatusCode::REQUEST_TIMEOUT.as_u16());
    set_text(&mut response, format!("408 the body did not arrive within {limit:?}\n"));
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

fn set_text(response: &mut Answered, text: String) {
    *response.body_mut() = Full::from(text);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
}

fn headers_shown(headers: &HeaderMap) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_string(), bytes_escaped(value.as_bytes()))).collect()
}

/// Locks; what is kept here is whole at every step, so a panic elsewhere does not spoil it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
