//! Receipts, and what is accepted with them.

use std::collections::HashSet;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{MemoryStore, Tables};
use crate::record::DeliveryId;
use crate::storage::receipts::stored_receipt::StoredReceipt;
use crate::storage::receipts::{MOST_REMOVED, counted_since, event_owner, request_owner, saved_results};
use crate::storage::{
    AcceptRequest, AcceptResult, Problem, Receipts, Reservation, ReserveRequest, StoreError, SubmissionResult,
};

impl Tables {
    fn receipt(&self, owner: &str, key: &str, now: Timestamp) -> Option<StoredReceipt> {
        let (made_at, receipt) = self.receipts.get(&(owner.to_owned(), key.to_owned()))?;
        (*made_at >= counted_since(now)).then(|| receipt.clone())
    }

    fn keep(&mut self, owner: &str, key: &str, at: Timestamp, receipt: StoredReceipt) {
        self.receipts.insert((owner.to_owned(), key.to_owned()), (at, receipt));
    }

    /// As [`Producer::accept_keyed`](crate::storage::Producer::accept_keyed).
    pub fn accept(&mut self, request: AcceptRequest) -> Result<AcceptResult, Problem> {
        let AcceptRequest { submissions, key, at } = request;
        let unreadable = |why| Problem::Unreadable { what: "a receipt".to_owned(), why };
        if let Some(key) = &key
            && let Some(stored) = self.receipt(&request_owner(&key.owner), &key.key, at)
        {
            let own: HashSet<DeliveryId> = submissions.iter().map(|one| one.delivery.id).collect();
            return stored.accepted(key.content, |id| own.contains(id)).map_err(unreadable);
        }
        let mut results = Vec::new();
        for one in submissions {
            let id = one.delivery.id;
            if let Some(event) = &one.event {
                let (owner, key) = (event_owner(&event.owner), event.id.as_str());
                if let Some(stored) = self.receipt(&owner, key, at) {
                    results.push(stored.submission(event.content, id).map_err(unreadable)?);
                    continue;
                }
                let response = Some(id.bytes().to_vec());
                self.keep(&owner, key, at, StoredReceipt { content: event.content, seed: None, response });
            }
            self.enqueue(one.delivery);
            results.push(SubmissionResult::New(id));
        }
        if let Some(key) = key {
            let response = Some(saved_results::write(&results, &key.note));
            let receipt = StoredReceipt { content: key.content, seed: None, response };
            self.keep(&request_owner(&key.owner), &key.key, at, receipt);
        }
        Ok(AcceptResult::Done(results))
    }
}

#[async_trait]
impl Receipts for MemoryStore {
    async fn reserve(&self, request: ReserveRequest) -> Result<Reservation, StoreError> {
        let ReserveRequest { owner, key, content, seed, at } = request;
        let owner = request_owner(&owner);
        Ok(self.change(|tables| {
            if let Some(stored) = tables.receipt(&owner, &key, at) {
                return stored.reservation(content);
            }
            tables.keep(&owner, &key, at, StoredReceipt { content, seed: Some(seed), response: None });
            Reservation::New(seed)
        }))
    }

    async fn finish(&self, owner: &str, key: &str, response: Vec<u8>) -> Result<Option<Vec<u8>>, StoreError> {
        let place = (request_owner(owner), key.to_owned());
        Ok(self.change(|tables| {
            let (_, stored) = tables.receipts.get_mut(&place)?;
            stored.seed?;
            Some(stored.response.get_or_insert(response).clone())
        }))
    }

    async fn purge_receipts(&self, now: Timestamp) -> Result<usize, StoreError> {
        Ok(self.change(|tables| {
            let since = counted_since(now);
            let outdated = tables.receipts.iter().filter(|(_, (made_at, _))| *made_at < since);
            let gone: Vec<_> = outdated.map(|(place, _)| place.clone()).take(MOST_REMOVED as usize).collect();
            gone.iter().filter(|place| tables.receipts.remove(*place).is_some()).count()
        }))
    }
}
