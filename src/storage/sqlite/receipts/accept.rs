//! Accepts deliveries whose events, or whose request, may have been accepted before. One thread writes, so that what
//! is looked up here stays so until the commit.

use std::collections::HashSet;

use crate::record::{DeliveryId, NewDelivery};
use crate::storage::error::StoreError;
use crate::storage::receipts::accept_request::{AcceptRequest, AcceptResult, Submission, SubmissionResult};
use crate::storage::receipts::{event_owner, request_owner, saved_results};
use crate::storage::sqlite::Store;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::queue::enqueue::insert_all;
use crate::storage::sqlite::receipts::row::{NewReceipt, find, keep, unreadable};

impl Store {
    /// As [`Producer::accept_keyed`](crate::storage::Producer::accept_keyed).
    ///
    /// # Errors
    /// As [`Store::enqueue`].
    pub async fn accept_keyed(&self, request: AcceptRequest) -> Result<AcceptResult, StoreError> {
        self.write(move |tx| accept(tx, &request)).await
    }
}

fn accept(tx: &Writing<'_>, request: &AcceptRequest) -> Result<AcceptResult, StoreError> {
    let AcceptRequest { submissions, key, at } = request;
    if let Some(key) = key
        && let Some(stored) = find(tx, &request_owner(&key.owner), &key.key, *at)?
    {
        let own: HashSet<DeliveryId> = submissions.iter().map(|one| one.delivery.id).collect();
        return stored.accepted(key.content, |id| own.contains(id)).map_err(|why| unreadable(&key.key, why));
    }
    let mut new: Vec<&NewDelivery> = Vec::new();
    let mut results = Vec::new();
    for submission in submissions {
        let (result, is_missing) = submit(tx, request, submission)?;
        new.extend(is_missing.then_some(&submission.delivery));
        results.push(result);
    }
    insert_all(tx, new)?;
    if let Some(key) = key {
        let response = saved_results::write(&results, &key.note);
        let receipt = NewReceipt {
            owner: &request_owner(&key.owner),
            key: &key.key,
            content: key.content,
            at: *at,
            seed: None,
            response: Some(&response),
        };
        keep(tx, &receipt)?;
    }
    Ok(AcceptResult::Done(results))
}

/// The result of a submission, and whether its delivery is to be inserted: one whose own receipt is there was accepted
/// by an earlier commit whose outcome was unknown.
fn submit(
    tx: &Writing<'_>,
    request: &AcceptRequest,
    submission: &Submission,
) -> Result<(SubmissionResult, bool), StoreError> {
    let Submission { delivery, event } = submission;
    if let Some(event) = event {
        let (owner, key) = (event_owner(&event.owner), event.id.as_str());
        if let Some(stored) = find(tx, &owner, key, request.at)? {
            let result = stored.submission(event.content, delivery.id);
            return result.map(|result| (result, false)).map_err(|why| unreadable(key, why));
        }
        let id = delivery.id.bytes();
        let receipt = NewReceipt {
            owner: &owner,
            key,
            content: event.content,
            at: request.at,
            seed: None,
            response: Some(&id),
        };
        keep(tx, &receipt)?;
    }
    Ok((SubmissionResult::New(delivery.id), true))
}
