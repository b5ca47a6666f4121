//! `/healthz`: the process responds. `/readyz`: an event that is posted now would be accepted.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::api::envelope::json_response;
use crate::api::{Api, Code};
use crate::delivery::SenderRole;

/// The process responds.
pub(crate) async fn alive() -> Response {
    json_response(StatusCode::OK, &json!({ "status": "ok" }))
}

/// The store can be written, there is room for an event, and the sender runs, here or as a standby of another process.
/// That this machine cannot send for now is a note: events are accepted, and wait.
pub(crate) async fn ready(State(api): State<Api>) -> Response {
    let (mut why, mut notes) = (Vec::new(), Vec::new());
    let written = api.readiness().check(&*api.store).await;
    if let Err(error) = &written {
        why.push(format!("the database {}", error.problem));
    }
    match api.room().check(&*api.store).await {
        // A read error adds nothing to a write error.
        Err(error) if written.is_ok() || error.code() == Code::TooMany => {
            why.extend(error.params().iter().cloned());
        }
        _ => {}
    }
    {
        let sender = api.sender.borrow();
        match sender.role {
            SenderRole::Active | SenderRole::Standby(_) => {}
            SenderRole::Starting => why.push("the sender is starting".to_owned()),
            SenderRole::Stopped => why.push("the sender has stopped".to_owned()),
        }
        let kind = if sender.is_only_local { &mut notes } else { &mut why };
        kind.extend(sender.failure().map(str::to_owned));
    }
    let (status, mut document) = if why.is_empty() {
        (StatusCode::OK, json!({ "status": "ready" }))
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, json!({ "status": "not ready", "reasons": why }))
    };
    if !notes.is_empty() {
        document["notes"] = notes.into();
    }
    json_response(status, &document)
}
