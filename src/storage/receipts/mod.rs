//! Receipts: what was done for a key, so that a repeated request does nothing twice and has the same response.
//!
//! A receipt of an accepted request or event is written in the transaction that accepts it: see
//! [`Producer::accept`](crate::storage::Producer::accept). For other operations [`Receipts`] keeps the bytes from which
//! the operation takes its new ids, before it begins, and its response when it has ended.

pub mod accept_request;
pub mod content_hash;
pub mod reservation;
pub mod saved_results;
pub mod stored_receipt;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use crate::clock;
use crate::storage::error::StoreError;

use reservation::{Reservation, ReserveRequest};

/// How long a receipt counts (our decision).
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// How many outdated receipts one call removes: some milliseconds of writing.
pub const MOST_REMOVED: u32 = 2_000;

/// The owner of an event's receipt: event ids and keys of requests never meet.
#[must_use]
pub fn event_owner(owner: &str) -> String {
    format!("event {owner}")
}

/// The owner of a request's receipt.
#[must_use]
pub fn request_owner(owner: &str) -> String {
    format!("request {owner}")
}

/// Receipts made before this no longer count at `now`.
#[must_use]
pub fn counted_since(now: Timestamp) -> Timestamp {
    clock::earlier(now, KEPT)
}

/// Receipts of operations that are not the acceptance of events.
#[async_trait]
pub trait Receipts: Send + Sync {
    /// Reserves a key for an operation that is about to begin: of two callers with a new key, exactly one gets
    /// [`Reservation::New`].
    ///
    /// # Errors
    /// The store cannot be read or written.
    async fn reserve(&self, request: ReserveRequest) -> Result<Reservation, StoreError>;

    /// Keeps the response of an operation whose key was reserved. The first one stays: returns it, and none if the
    /// receipt has gone meanwhile.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn finish(&self, owner: &str, key: &str, response: Vec<u8>) -> Result<Option<Vec<u8>>, StoreError>;

    /// Removes receipts that no longer count at `now`, at most [`MOST_REMOVED`]. Returns their number.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn purge_receipts(&self, now: Timestamp) -> Result<usize, StoreError>;
}
