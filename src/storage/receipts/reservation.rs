//! The reservation of a key for an operation.

use jiff::Timestamp;

use crate::clock;
use crate::storage::receipts::content_hash::ContentHash;

/// The bytes from which an operation takes its new ids.
pub type Seed = [u8; 16];

/// A key to reserve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReserveRequest {
    /// Within what the key is unique, such as the id of an API key.
    pub owner: String,
    /// The key, without control characters.
    pub key: String,
    /// The request's contents.
    pub content: ContentHash,
    /// Random bytes, kept if the key is new.
    pub seed: Seed,
    /// The time: receipts older than 24 hours no longer count.
    pub at: Timestamp,
}

impl ReserveRequest {
    /// A key that is reserved now.
    #[must_use]
    pub fn new(owner: String, key: String, content: ContentHash, seed: Seed) -> Self {
        Self { owner, key, content, seed, at: clock::now() }
    }
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reservation {
    /// It was not known: this caller carries the operation out, with these bytes.
    New(Seed),
    /// The operation began before and has no response yet: carried out again with these bytes, it does nothing twice.
    Unfinished(Seed),
    /// The operation has ended with this response.
    Finished(Vec<u8>),
    /// Another request had this key.
    Conflict,
}
