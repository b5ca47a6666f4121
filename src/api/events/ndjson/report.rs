//! The response to a stream.

use std::io;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Serialize;

use crate::api::events::outcome::{AcceptedItem, MAX_REPEATED_REFUSALS, Outcomes, RefusedItem, refusals};
use crate::api::{ApiError, Code};
use crate::intake::EventNotes;

use super::spool::{Spool, SpoolReader};

/// What became of the events so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    accepted: Items,
    refused: Items,
    notes: EventNotes,
    /// The first of those as errors, in case nothing is accepted.
    errors: Vec<String>,
}

/// Items of a JSON array, without its brackets.
#[derive(Debug, Default)]
struct Items {
    spool: Spool,
    count: u64,
}

impl Items {
    async fn add(&mut self, items: impl Iterator<Item = String> + Send) -> Result<(), ApiError> {
        let mut text = String::new();
        for item in items {
            if self.count > 0 {
                text.push(',');
            }
            text.push_str(&item);
            self.count += 1;
        }
        self.spool.write(text).await
    }
}

/// The end of a response: the end of the data, and errors if there are any.
fn tail(notes: &EventNotes, error: Option<&ApiError>) -> String {
    let notes = (!notes.is_empty()).then(|| format!(",\"notes\":{}", serde_json::Value::from(notes.texts())));
    let error = error.map(ApiError::document);
    let error = error.map(|error| format!(",\"error\":{},\"status\":{}", error["error"], error["status"]));
    format!("]{}}}{}}}\n", notes.unwrap_or_default(), error.unwrap_or_default())
}

impl Report {
    /// More events.
    ///
    /// # Errors
    /// The temporary file cannot be written.
    pub(super) async fn add(&mut self, outcomes: Outcomes) -> Result<(), ApiError> {
        let Outcomes { accepted, refused, notes } = outcomes;
        self.notes.add(notes);
        let room = MAX_REPEATED_REFUSALS.saturating_sub(self.errors.len());
        self.errors.extend(refusals(&refused).into_iter().take(room));
        self.accepted.add(accepted.into_iter().map(|accepted| text(&AcceptedItem::new(accepted)))).await?;
        let refused = refused.iter().map(|(index, error)| text(&RefusedItem { index: *index, error }));
        self.refused.add(refused).await
    }

    /// The response; with what was accepted before a failure, if there is one.
    pub(super) fn response(self, failure: Option<ApiError>) -> Response {
        let (accepted, refused) = (self.accepted.count, self.refused.count);
        if accepted + refused == 0
            && let Some(failure) = failure
        {
            return failure.into_response();
        }
        let (code, message) = match (&failure, accepted) {
            (Some(failure), _) => (
                failure.code(),
                format!("{}: {accepted} events were accepted before", failure.code().message()),
            ),
            (None, 0) => (Code::Invalid, format!("No event accepted, {refused} refused")),
            (None, _) if refused > 0 => {
                (Code::Accepted, format!("{accepted} of {} events accepted", accepted + refused))
            }
            (None, 1) => (Code::Accepted, "Event accepted".to_owned()),
            (None, _) => (Code::Accepted, format!("{accepted} events accepted")),
        };
        let head = format!(
            "{{\"code\":\"{}\",\"message\":{},\"data\":{{\"accepted\":[",
            code.text(),
            serde_json::Value::from(message),
        );
        let tail = match &failure {
            None if accepted > 0 => tail(&self.notes, None),
            // Nothing was accepted.
            None => tail(&self.notes, Some(&ApiError::with_params(code, self.errors))),
            Some(failure) => tail(&self.notes, Some(failure)),
        };
        let length = head.len() as u64
            + self.accepted.spool.len()
            + MIDDLE.len() as u64
            + self.refused.spool.len()
            + tail.len() as u64;
        let (accepted, refused) = match (self.accepted.spool.into_reader(), self.refused.spool.into_reader())
        {
            (Ok(accepted), Ok(refused)) => (accepted, refused),
            (Err(error), _) | (_, Err(error)) => {
                let why =
                    format!("{accepted} events were accepted, and the response cannot be read ({error})");
                return ApiError::new(Code::Internal, why).into_response();
            }
        };
        let parts = Parts(vec![
            Part::Text(tail.into()),
            Part::Spool(refused),
            Part::Text(MIDDLE.into()),
            Part::Spool(accepted),
            Part::Text(head.into()),
        ]);
        let headers = [
            (header::CONTENT_TYPE, "application/json".to_owned()),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::CONTENT_LENGTH, length.to_string()),
        ];
        let body = Body::from_stream(stream::try_unfold(parts, Parts::next));
        let mut response = (code.status(), headers, body).into_response();
        if let Some(after) =
            failure.and_then(|failure| failure.into_response().headers_mut().remove(header::RETRY_AFTER))
        {
            response.headers_mut().insert(header::RETRY_AFTER, after);
        }
        response
    }
}

/// Between the accepted and the refused ones.
const MIDDLE: &str = "],\"refused\":[";

enum Part {
    Text(Bytes),
    Spool(SpoolReader),
}

/// The parts of a body that are left, the next one last.
struct Parts(Vec<Part>);

impl Parts {
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        loop {
            match self.0.pop() {
                None => return Ok(None),
                Some(Part::Text(text)) => return Ok(Some((text, self))),
                Some(Part::Spool(reader)) => {
                    if let Some((piece, rest)) = reader.next().await? {
                        self.0.push(Part::Spool(rest));
                        return Ok(Some((piece.into(), self)));
                    }
                }
            }
        }
    }
}

/// An item as JSON.
fn text(item: &impl Serialize) -> String {
    // Numbers and strings can always be written.
    serde_json::to_string(item).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use serde_json::{Value, json};

    use super::*;
    use crate::intake::EventNote;
    use crate::record::DeliveryId;

    async fn read(report: Report, failure: Option<ApiError>) -> (u16, Value) {
        let response = report.response(failure);
        let (status, length) =
            (response.status().as_u16(), response.headers()[header::CONTENT_LENGTH].clone());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(length, body.len().to_string());
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn the_response_has_all_events_whatever_their_number() {
        let id = DeliveryId::from_bytes([1; 16]);
        let mut report = Report::default();
        for chunk in 0..100 {
            let accepted = (0..500).map(|n| (chunk * 500 + n, id, false)).collect();
            let mut notes = EventNotes::default();
            notes.note(EventNote { missing: vec!["ref".to_owned()], unused: None });
            let refused = vec![(chunk, "no \"profile\"".to_owned())];
            report.add(Outcomes { accepted, refused, notes }).await.unwrap();
        }
        let (status, document) = read(report, None).await;
        assert_eq!((status, &document["message"]), (202, &json!("50000 of 50100 events accepted")));
        assert_eq!(document["data"]["accepted"].as_array().unwrap().len(), 50_000);
        assert_eq!(
            document["data"]["accepted"][49_999],
            json!({"index": 49_999, "delivery_id": id.to_string()})
        );
        assert_eq!(document["data"]["notes"], json!(["100 events had no value for <ref>"]));
        assert_eq!(document["data"]["refused"][99], json!({"index": 99, "error": "no \"profile\""}));
    }

    #[tokio::test]
    async fn a_failure_says_what_was_accepted_before() {
        let failure =
            || ApiError::new(Code::Unavailable, "full").retry_after(std::time::Duration::from_secs(2));
        let nothing = Report::default().response(Some(failure()));
        assert_eq!(
            (nothing.status().as_u16(), nothing.headers()[header::RETRY_AFTER].as_bytes()),
            (503, &b"2"[..])
        );
        let mut report = Report::default();
        let accepted = vec![(0, DeliveryId::from_bytes([1; 16]), false)];
        report.add(Outcomes { accepted, ..Outcomes::default() }).await.unwrap();
        let (status, document) = read(report, Some(failure())).await;
        assert_eq!((status, &document["status"], &document["code"]), (503, &json!(503), &json!("RBK503")));
        assert_eq!(document["data"]["accepted"].as_array().unwrap().len(), 1);
        assert_eq!(document["error"], json!([{"params": "full"}]));
    }
}
