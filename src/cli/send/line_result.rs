//! What became of each line of a batch.

use std::collections::HashSet;

use super::intake::Item;
use crate::intake::{EventNote, EventNotes, PreparedEvent, id_in_use};
use crate::record::{DeliveryId, EventId};
use crate::storage::{AcceptRequest, Submission, SubmissionResult};

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineResult {
    /// Its delivery is on disk.
    Accepted(DeliveryId),
    /// Its event was accepted before, as this delivery.
    Repeated(DeliveryId),
    /// Nothing was done, with the reason.
    Refused(String),
}

/// A line whose event waits to be accepted.
#[derive(Debug)]
struct OpenLine {
    id: DeliveryId,
    event_id: Option<EventId>,
    note: EventNote,
    /// Whether no request can be built: its delivery fails at once.
    is_unbuilt: bool,
}

/// The lines of a batch, without their deliveries.
#[derive(Debug)]
pub struct OpenLines(Vec<(u64, Result<OpenLine, String>)>);

/// The results of a batch.
#[derive(Debug, Default)]
pub struct BatchResults {
    /// Of each line.
    pub lines: Vec<(u64, LineResult)>,
    /// How many lines were accepted.
    pub accepted: u64,
    /// How many of those fail at once, because no request could be built.
    pub unbuilt: u64,
    /// How many were accepted before.
    pub repeated: u64,
    /// What there is to say about those that were accepted.
    pub notes: EventNotes,
}

impl OpenLines {
    /// The lines of these items, and the request that accepts them.
    pub fn of(items: Vec<Item>) -> (Self, AcceptRequest) {
        let mut submissions = Vec::with_capacity(items.len());
        let open = items.into_iter().map(|item| match item {
            Item::Refused { line, why } => (line, Err(why)),
            Item::Made { line, event } => {
                let PreparedEvent { delivery, key, note } = *event;
                let event_id = key.as_ref().map(|key| key.id.clone());
                let is_unbuilt = delivery.request.is_err();
                let open = OpenLine { id: delivery.id, event_id, note, is_unbuilt };
                submissions.push(Submission { delivery, event: key });
                (line, Ok(open))
            }
        });
        let open = open.collect();
        (Self(open), AcceptRequest::new(submissions))
    }

    /// The deliveries to accept.
    pub fn ids(&self) -> Vec<DeliveryId> {
        self.0.iter().filter_map(|(_, open)| open.as_ref().ok().map(|open| open.id)).collect()
    }

    /// The results, once the request was carried out.
    pub fn results(self, results: Vec<SubmissionResult>) -> BatchResults {
        let mut all = BatchResults::default();
        let mut results = results.into_iter();
        for (line, open) in self.0 {
            let result = match open {
                Err(why) => LineResult::Refused(why),
                Ok(open) => match results.next() {
                    Some(SubmissionResult::New(_)) => all.accepted(open),
                    Some(SubmissionResult::Again(id)) => {
                        all.repeated += 1;
                        LineResult::Repeated(id)
                    }
                    // Each one has a result, and only one with an id can be a conflict.
                    Some(SubmissionResult::Conflict) | None => {
                        LineResult::Refused(open.event_id.as_ref().map(id_in_use).unwrap_or_default())
                    }
                },
            };
            all.lines.push((line, result));
        }
        all
    }

    /// The results where only this is known: these of the deliveries are stored. They were accepted in one commit with
    /// all others, so that an event without a delivery was accepted before or refused: which of the two is not known,
    /// and not reported.
    pub fn stored(self, there: &HashSet<DeliveryId>) -> BatchResults {
        let mut all = BatchResults::default();
        for (line, open) in self.0 {
            let result = match open {
                Err(why) => LineResult::Refused(why),
                Ok(open) if there.contains(&open.id) => all.accepted(open),
                Ok(_) => continue,
            };
            all.lines.push((line, result));
        }
        all
    }
}

impl BatchResults {
    fn accepted(&mut self, open: OpenLine) -> LineResult {
        self.accepted += 1;
        self.unbuilt += u64::from(open.is_unbuilt);
        self.notes.note(open.note);
        LineResult::Accepted(open.id)
    }

    /// The refused lines, each with its reason.
    pub fn refused(&self) -> impl Iterator<Item = (u64, &str)> {
        self.lines.iter().filter_map(|(line, result)| match result {
            LineResult::Refused(why) => Some((*line, why.as_str())),
            LineResult::Accepted(_) | LineResult::Repeated(_) => None,
        })
    }
}
