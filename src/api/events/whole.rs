//! One event, or an array: accepted in one commit, or not at all.

use axum::body::Body;
use axum::http::HeaderMap;
use serde_json::Value;

use crate::api::{Api, ApiError, Caller, Code, Envelope, request_body};
use crate::intake::EventLine;
use crate::json::{self, JsonError};
use crate::storage::{AcceptRequest, AcceptResult, ContentHash, RequestKey, StoreError, SubmissionResult};

use super::outcome::{self, Outcomes, refusals};
use super::prepare::{Placed, Prepared, ReadEvent, elsewhere_if_much};
use super::{LONGEST_BODY, MAX_EVENT_BYTES, MOST_EVENTS};

/// Accepts the events of a body.
pub(super) async fn accept(
    api: &Api,
    caller: &Caller,
    key: Option<String>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Envelope<Outcomes>, ApiError> {
    let body = request_body::whole(headers, body, LONGEST_BODY).await?;
    let key = key.map(|key| RequestKey {
        owner: caller.owner().to_owned(),
        key,
        content: ContentHash::of(&[b"events", &body]),
        note: Vec::new(),
    });
    let bytes = body.len();
    let events = elsewhere_if_much(bytes, move || read(&body)).await??;
    let prepared = api.event_profiles().prepare(caller, events, bytes).await?;
    let outcomes = store(api, key, prepared).await?;
    let (accepted, refused) = (outcomes.accepted.len(), outcomes.refused.len());
    let message = match (accepted, refused) {
        (1, 0) => "Event accepted".to_owned(),
        (all, 0) => format!("{all} events accepted"),
        (0, all) => format!("No event accepted, {all} refused"),
        (some, others) => format!("{some} of {} events accepted", some + others),
    };
    if !outcomes.is_refused() {
        return Ok(Envelope::new(Code::Accepted, message, outcomes));
    }
    let sentences = refusals(&outcomes.refused);
    Ok(Envelope::new(Code::Invalid, message, outcomes).with_errors(&sentences))
}

/// Accepts what was prepared, in one commit.
///
/// # Errors
/// The key was used for another request, or the store cannot be written.
pub(super) async fn store(
    api: &Api,
    key: Option<RequestKey>,
    prepared: Prepared,
) -> Result<Outcomes, ApiError> {
    let Prepared { places, submissions, refused, notes } = prepared;
    if submissions.is_empty() && key.is_none() {
        api.metrics().requests.add_events(0, refused.len());
        return Ok(Outcomes::new(&[], &[], refused));
    }
    let key = key.map(|key| RequestKey { note: outcome::note(&places, &refused, &notes), ..key });
    let has_key = key.is_some();
    let mut request = AcceptRequest::new(submissions);
    request.key = key;
    let accepted = api.store.accept(request).await.map_err(|error| {
        api.readiness().failed();
        doubtful(&error, has_key)
    })?;
    match accepted {
        AcceptResult::Done(results) => {
            api.readiness().stored();
            let outcomes = Outcomes { notes, ..Outcomes::new(&places, &results, refused) };
            let new = results.iter().filter(|result| matches!(result, SubmissionResult::New(_))).count();
            api.room().note(new);
            api.metrics().requests.add_events(new, outcomes.refused.len());
            Ok(outcomes)
        }
        AcceptResult::Repeated(results, note) => outcome::repeated(&results, &note),
        AcceptResult::Conflict => Err(ApiError::new(
            Code::Conflict,
            "this Idempotency-Key was used for another request within the last 24 hours: use a new one",
        )),
    }
}

/// The store's sentence, and what the client can do.
fn doubtful(error: &StoreError, has_key: bool) -> ApiError {
    let unavailable = ApiError::from(error.clone());
    let repeat = if has_key {
        "repeat the request with the same Idempotency-Key: nothing is accepted twice"
    } else {
        "nothing is confirmed; with an Idempotency-Key a repeated request is never accepted twice"
    };
    unavailable.and(repeat)
}

/// The events of a body, with their places.
fn read(body: &[u8]) -> Result<Placed<ReadEvent>, ApiError> {
    let invalid = |why: String| ApiError::new(Code::BadRequest, format!("the body is {why}"));
    let text = std::str::from_utf8(body).map_err(|error| invalid(format!("not UTF-8 ({error})")))?;
    let at_fault = |error: JsonError| {
        let lines =
            if error.is_after_end() { "; send one event per line as application/x-ndjson" } else { "" };
        let is_one_line = !text.trim_end().contains('\n');
        let why = if is_one_line { error.on_one_line() } else { error };
        invalid(format!("{why}{lines}"))
    };
    let event = |json: Value| {
        // Only a long body can have a long event.
        if body.len() > MAX_EVENT_BYTES && json.to_string().len() > MAX_EVENT_BYTES {
            return Err(format!("the event has more than {MAX_EVENT_BYTES} bytes"));
        }
        EventLine::from_json(json)
    };
    match json::read(text).map_err(at_fault)? {
        Value::Array(items) if items.is_empty() => {
            Err(ApiError::new(Code::Invalid, "the array has no event: send at least one"))
        }
        Value::Array(items) if items.len() > MOST_EVENTS => Err(ApiError::new(
            Code::TooLarge,
            format!(
                "the array has {} events, and at most {MOST_EVENTS} are accepted at once: send fewer, or \
                 application/x-ndjson",
                items.len()
            ),
        )),
        Value::Array(items) => Ok(items.into_iter().map(event).enumerate().collect()),
        one => Ok(vec![(0, event(one))]),
    }
}
