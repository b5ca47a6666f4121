//! What a stored receipt says to a request with its key.

use crate::record::DeliveryId;
use crate::storage::receipts::accept_request::{AcceptResult, SubmissionResult};
use crate::storage::receipts::content_hash::ContentHash;
use crate::storage::receipts::reservation::{Reservation, Seed};
use crate::storage::receipts::saved_results;
use crate::storage::unreadable::Why;

/// A receipt as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReceipt {
    /// The contents of what it is for.
    pub content: ContentHash,
    /// Of a reservation only.
    pub seed: Option<Seed>,
    /// The delivery of an event, the results of an accepted request, or the response of an operation that has ended.
    pub response: Option<Vec<u8>>,
}

impl StoredReceipt {
    /// From the columns of a row.
    ///
    /// # Errors
    /// The hash or the seed has another length.
    pub fn from_columns(content: &[u8], seed: Option<&[u8]>, response: Option<Vec<u8>>) -> Result<Self, Why> {
        let content = content.try_into().map_err(|_| "its fingerprint has not 32 bytes".to_owned())?;
        let seed =
            seed.map(Seed::try_from).transpose().map_err(|_| "its seed has not 16 bytes".to_owned())?;
        Ok(Self { content: ContentHash::from_bytes(content), seed, response })
    }

    /// What it says to a request that wants to reserve its key.
    #[must_use]
    pub fn reservation(self, content: ContentHash) -> Reservation {
        match (self.seed, self.response) {
            (Some(_), Some(response)) if self.content == content => Reservation::Finished(response),
            (Some(seed), None) if self.content == content => Reservation::Unfinished(seed),
            _ => Reservation::Conflict,
        }
    }

    /// What it says to an event with its id, whose delivery would be `own`. If it is the receipt of that very
    /// delivery, a commit with an unknown outcome was carried out.
    ///
    /// # Errors
    /// What was stored is not a delivery.
    pub fn submission(&self, content: ContentHash, own: DeliveryId) -> Result<SubmissionResult, Why> {
        if self.content != content {
            return Ok(SubmissionResult::Conflict);
        }
        let stored = self.response.as_deref().and_then(|bytes| bytes.try_into().ok());
        let id = stored.map(DeliveryId::from_bytes).ok_or_else(|| "it has no delivery".to_owned())?;
        Ok(if id == own { SubmissionResult::New(id) } else { SubmissionResult::Again(id) })
    }

    /// What it says to a request with its key; `is_own` says which deliveries would be those of the request. As with
    /// [`submission`](Self::submission), its own receipt says that it was carried out.
    ///
    /// # Errors
    /// What was stored are not results.
    pub fn accepted(
        self,
        content: ContentHash,
        is_own: impl Fn(&DeliveryId) -> bool,
    ) -> Result<AcceptResult, Why> {
        if self.seed.is_some() || self.content != content {
            return Ok(AcceptResult::Conflict);
        }
        let response = self.response.ok_or_else(|| "it has no results".to_owned())?;
        let (results, note) = saved_results::read(&response)?;
        let is_new = |result: &SubmissionResult| matches!(result, SubmissionResult::New(id) if is_own(id));
        Ok(if results.iter().any(is_new) {
            AcceptResult::Done(results)
        } else {
            AcceptResult::Repeated(results, note)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(seed: Option<Seed>, response: Option<&[u8]>) -> StoredReceipt {
        let content = ContentHash::of(&[b"a"]);
        StoredReceipt { content, seed, response: response.map(<[u8]>::to_vec) }
    }

    #[test]
    fn a_receipt_of_another_kind_or_content_is_a_conflict() {
        let (same, other) = (ContentHash::of(&[b"a"]), ContentHash::of(&[b"b"]));
        let id = DeliveryId::generate();
        let results = saved_results::write(&[SubmissionResult::New(id)], b"note");
        let accepted = stored(None, Some(&results));
        let reserved = stored(Some([7; 16]), None);
        assert_eq!(accepted.clone().reservation(same), Reservation::Conflict);
        assert_eq!(reserved.clone().accepted(same, |_| false), Ok(AcceptResult::Conflict));
        assert_eq!(accepted.clone().accepted(other, |_| false), Ok(AcceptResult::Conflict));
        assert_eq!(reserved.clone().reservation(other), Reservation::Conflict);
        assert_eq!(reserved.reservation(same), Reservation::Unfinished([7; 16]));

        let repeated = AcceptResult::Repeated(vec![SubmissionResult::New(id)], b"note".to_vec());
        assert_eq!(accepted.clone().accepted(same, |_| false), Ok(repeated));
        let done = AcceptResult::Done(vec![SubmissionResult::New(id)]);
        assert_eq!(accepted.accepted(same, |own| *own == id), Ok(done), "its own commit");
    }

    #[test]
    fn an_event_is_new_to_the_delivery_of_its_own_commit_only() {
        let (same, id) = (ContentHash::of(&[b"a"]), DeliveryId::generate());
        let event = stored(None, Some(&id.bytes()));
        assert_eq!(event.submission(same, id), Ok(SubmissionResult::New(id)));
        let another = DeliveryId::generate();
        assert_eq!(event.submission(same, another), Ok(SubmissionResult::Again(id)));
        assert_eq!(event.submission(ContentHash::of(&[]), id), Ok(SubmissionResult::Conflict));
        assert!(stored(None, None).submission(same, id).is_err());
    }

    #[test]
    fn columns_of_another_length_are_refused() {
        assert!(StoredReceipt::from_columns(&[0; 31], None, None).is_err());
        assert!(StoredReceipt::from_columns(&[0; 32], Some(&[0; 15]), None).is_err());
        assert!(StoredReceipt::from_columns(&[0; 32], Some(&[0; 16]), None).is_ok());
    }
}
