//! What became of each event of a request.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::api::{ApiError, Code};
use crate::intake::EventNotes;
use crate::record::DeliveryId;
use crate::storage::SubmissionResult;

/// Why an event with a known id is refused.
const OTHER_EVENT: &str = "this event_id was used for another event of the profile within the last 24 hours: give \
                           each event an id of its own";

/// What became of the events of a request, by their places in it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Outcomes {
    /// Accepted now or before; with whether before.
    pub(super) accepted: Vec<(usize, DeliveryId, bool)>,
    /// Refused, with the reasons.
    pub(super) refused: Vec<(usize, String)>,
    /// What there is to say about the events.
    pub(super) notes: EventNotes,
}

impl Outcomes {
    /// From the results of the submissions at these places, and the refusals of the others.
    pub(super) fn new(places: &[usize], results: &[SubmissionResult], refused: Vec<(usize, String)>) -> Self {
        let accepted = Vec::with_capacity(results.len());
        let mut outcomes = Self { accepted, refused, notes: EventNotes::default() };
        for (place, result) in places.iter().zip(results) {
            match result {
                SubmissionResult::New(id) => outcomes.accepted.push((*place, *id, false)),
                SubmissionResult::Again(id) => outcomes.accepted.push((*place, *id, true)),
                SubmissionResult::Conflict => outcomes.refused.push((*place, OTHER_EVENT.to_owned())),
            }
        }
        outcomes.refused.sort_by_key(|(place, _)| *place);
        outcomes
    }

    /// Counts places from `first` instead of 0.
    pub(super) fn shift(&mut self, first: usize) {
        self.accepted.iter_mut().for_each(|(place, ..)| *place += first);
        self.refused.iter_mut().for_each(|(place, _)| *place += first);
    }

    /// Whether nothing was accepted, and something was refused.
    pub(super) fn is_refused(&self) -> bool {
        self.accepted.is_empty() && !self.refused.is_empty()
    }
}

/// As `{"accepted":[{"index","delivery_id"}],"refused":[{"index","error"}]}`, with `notes` if there are any.
impl Serialize for Outcomes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Document<'a> {
            accepted: Vec<AcceptedItem>,
            refused: Vec<RefusedItem<'a>>,
            #[serde(skip_serializing_if = "Vec::is_empty")]
            notes: Vec<String>,
        }
        let accepted = self.accepted.iter().copied().map(AcceptedItem::new).collect();
        let refused =
            self.refused.iter().map(|(index, error)| RefusedItem { index: *index, error }).collect();
        Document { accepted, refused, notes: self.notes.texts() }.serialize(serializer)
    }
}

/// The most refusals that are repeated as errors of a request; `refused` has all of them.
pub(super) const MAX_REPEATED_REFUSALS: usize = 10;

/// Errors of a request of which nothing was accepted: the first refusals.
pub(super) fn refusals(refused: &[(usize, String)]) -> Vec<String> {
    refused.iter().take(MAX_REPEATED_REFUSALS).map(|(place, why)| format!("index {place}: {why}")).collect()
}

/// An accepted event in a response. Not made of [`Value`]s, which cost ten times as much: there is one for each event.
#[derive(Serialize)]
pub(super) struct AcceptedItem {
    index: usize,
    #[serde(serialize_with = "as_text")]
    delivery_id: DeliveryId,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    repeated: bool,
}

impl AcceptedItem {
    /// Of its place, its delivery, and whether it was accepted before.
    pub(super) fn new((index, delivery_id, repeated): (usize, DeliveryId, bool)) -> Self {
        Self { index, delivery_id, repeated }
    }
}

fn as_text<S: Serializer>(id: &DeliveryId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

/// A refused event in a response.
#[derive(Serialize)]
pub(super) struct RefusedItem<'a> {
    /// Its place.
    pub(super) index: usize,
    /// Why.
    pub(super) error: &'a str,
}

/// What a receipt keeps beside the results: the places of the submissions, the refusals and the notes. Empty if there are
/// no refusals, no gaps and no notes.
pub(super) fn note(places: &[usize], refused: &[(usize, String)], notes: &EventNotes) -> Vec<u8> {
    if refused.is_empty() && notes.is_empty() && places.iter().copied().eq(0..places.len()) {
        return Vec::new();
    }
    json!({ "places": places, "refused": refused, "notes": notes }).to_string().into_bytes()
}

/// The outcomes of a request that was carried out before, from its receipt.
///
/// # Errors
/// The receipt cannot be read.
pub(super) fn repeated(results: &[SubmissionResult], note: &[u8]) -> Result<Outcomes, ApiError> {
    if note.is_empty() {
        let places: Vec<usize> = (0..results.len()).collect();
        return Ok(Outcomes::new(&places, results, Vec::new()));
    }
    let unreadable = || ApiError::new(Code::Internal, "the receipt of this Idempotency-Key cannot be read");
    let kept: Value = serde_json::from_slice(note).map_err(|_| unreadable())?;
    let place = |value: &Value| value.as_u64().and_then(|place| usize::try_from(place).ok());
    let places: Option<Vec<usize>> =
        kept["places"].as_array().map(|all| all.iter().filter_map(place).collect());
    let refusal = |value: &Value| Some((place(value.get(0)?)?, value.get(1)?.as_str()?.to_owned()));
    let refused: Option<Vec<_>> =
        kept["refused"].as_array().map(|all| all.iter().filter_map(refusal).collect());
    // Earlier versions kept none.
    let notes = kept.get("notes").cloned().map_or_else(|| Ok(EventNotes::default()), serde_json::from_value);
    match (places, refused, notes) {
        (Some(places), Some(refused), Ok(notes)) if places.len() == results.len() => {
            Ok(Outcomes { notes, ..Outcomes::new(&places, results, refused) })
        }
        _ => Err(unreadable()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::EventNote;

    fn notes() -> EventNotes {
        let mut notes = EventNotes::default();
        notes.note(EventNote { missing: vec!["ref".to_owned()], unused: Some("unused".to_owned()) });
        notes
    }

    #[test]
    fn a_document_says_what_became_of_each_event() {
        let id = DeliveryId::from_bytes([1; 16]);
        let text = "01010101-0101-0101-0101-010101010101";
        let accepted = vec![(0, id, false), (2, id, true)];
        let outcomes = Outcomes { accepted, refused: vec![(1, "no \"id\"".to_owned())], notes: notes() };
        assert_eq!(
            serde_json::to_value(outcomes).unwrap(),
            json!({
                "accepted": [
                    {"index": 0, "delivery_id": text},
                    {"index": 2, "delivery_id": text, "repeated": true},
                ],
                "refused": [{"index": 1, "error": "no \"id\""}],
                "notes": ["1 event had no value for <ref>", "data: unused"],
            })
        );
    }

    #[test]
    fn outcomes_are_the_same_from_a_receipt() {
        let id = DeliveryId::generate;
        let results =
            [SubmissionResult::New(id()), SubmissionResult::Conflict, SubmissionResult::Again(id())];
        for (places, refused) in [
            (vec![0, 1, 2], vec![]),
            (vec![1, 3, 4], vec![(0, "a \"b\"".to_owned()), (2, "c".to_owned())]),
            (vec![0, 2, 4], vec![]),
        ] {
            for notes in [EventNotes::default(), notes()] {
                let kept = note(&places, &refused, &notes);
                let outcomes = Outcomes { notes, ..Outcomes::new(&places, &results, refused.clone()) };
                assert_eq!(repeated(&results, &kept), Ok(outcomes));
            }
            let outcomes = Outcomes::new(&places, &results, refused.clone());
            assert!(outcomes.refused.is_sorted_by_key(|(place, _)| *place));
        }
        assert!(note(&[0, 1], &[], &EventNotes::default()).is_empty(), "the usual one costs nothing");
        let earlier = br#"{"places":[0,2,1],"refused":[]}"#;
        assert_eq!(repeated(&results, earlier).unwrap().notes, EventNotes::default());
        assert!(repeated(&results, b"{\"places\":[1],\"refused\":[]}").is_err());
        assert!(repeated(&results, b"x").is_err());
    }
}
