//! What is accepted together, and what became of it.

use jiff::Timestamp;

use crate::clock;
use crate::record::{DeliveryId, EventId, NewDelivery};
use crate::storage::receipts::content_hash::ContentHash;

/// Deliveries to accept in one commit: all or none.
#[derive(Debug, Clone)]
pub struct AcceptRequest {
    /// The deliveries, in order.
    pub submissions: Vec<Submission>,
    /// The key of the whole request, if its caller gave one.
    pub key: Option<RequestKey>,
    /// The time: receipts older than 24 hours no longer count.
    pub at: Timestamp,
}

/// One delivery to accept.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The delivery.
    pub delivery: NewDelivery,
    /// The id of its event, if its caller gave one.
    pub event: Option<EventKey>,
}

/// An event's id, and a hash of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventKey {
    /// Within what the id is unique: the id of the profile.
    pub owner: String,
    /// The id.
    pub id: EventId,
    /// The event's contents.
    pub content: ContentHash,
}

/// The key of a request, and a hash of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// Within what the key is unique, such as the id of an API key.
    pub owner: String,
    /// The key, without control characters.
    pub key: String,
    /// The request's contents.
    pub content: ContentHash,
    /// Kept with the receipt, and returned when the request is repeated.
    pub note: Vec<u8>,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcceptResult {
    /// It was carried out now.
    Done(Vec<SubmissionResult>),
    /// It was carried out before: the results of that time, and its note. Nothing was written.
    Repeated(Vec<SubmissionResult>, Vec<u8>),
    /// Another request had this key. Nothing was written.
    Conflict,
}

/// What became of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmissionResult {
    /// Accepted now.
    New(DeliveryId),
    /// The event was accepted before, as this delivery. Nothing was written.
    Again(DeliveryId),
    /// Another event of this owner has the id. Nothing was written.
    Conflict,
}

impl AcceptRequest {
    /// Submissions without a key of the whole request, now.
    #[must_use]
    pub fn new(submissions: Vec<Submission>) -> Self {
        Self { submissions, key: None, at: clock::now() }
    }

    /// Whether there is no key and no event id: then there is nothing to look up, and no receipt.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.key.is_none() && self.submissions.iter().all(|submission| submission.event.is_none())
    }
}

impl AcceptResult {
    /// The result of each submission, from now or from before; none for a conflict.
    #[must_use]
    pub fn into_results(self) -> Vec<SubmissionResult> {
        match self {
            Self::Done(results) | Self::Repeated(results, _) => results,
            Self::Conflict => Vec::new(),
        }
    }
}

impl From<NewDelivery> for Submission {
    /// Without an event id.
    fn from(delivery: NewDelivery) -> Self {
        Self { delivery, event: None }
    }
}
