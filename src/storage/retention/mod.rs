//! Retention of the log, and release of unused space.

pub mod clock_doubt;
pub mod policy;
pub mod rest;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::record::LogPosition;
use crate::storage::error::StoreError;

use clock_doubt::ClockDoubt;
use policy::{Removed, RetentionPolicy};

/// Removes outdated deliveries. Pending ones are never removed.
#[async_trait]
pub trait Retention: Send + Sync {
    /// Removes the next deliveries that are outdated at `now`, oldest first, and few enough that nobody waits
    /// ([`policy::MOST_ROWS`]). `after` is where the previous call said to continue. Returns what was removed, and
    /// where to continue; none when done.
    ///
    /// # Errors
    /// The store cannot be read or written; then nothing of this was removed.
    async fn prune_next(
        &self,
        policy: RetentionPolicy,
        now: Timestamp,
        after: Option<LogPosition>,
    ) -> Result<(Removed, Option<LogPosition>), StoreError>;

    /// The deliveries that would be removed now. Nothing is removed.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn outdated(&self, policy: RetentionPolicy, now: Timestamp) -> Result<Removed, StoreError>;

    /// Removes the profiles that can no longer be restored at `now`. Their pending deliveries are no longer blocked:
    /// the sender fails them, with that reason. Returns the number of profiles.
    ///
    /// # Errors
    /// The store cannot be read or written.
    async fn purge_profiles(&self, now: Timestamp) -> Result<usize, StoreError>;

    /// Checks a clock that shows `now`; a doubt is the reason to remove nothing by age. Remembers the result: a
    /// doubted clock is trusted once it has run for a day.
    ///
    /// # Errors
    /// The store cannot be read or written.
    async fn doubt_clock(&self, now: Timestamp) -> Result<Option<ClockDoubt>, StoreError>;

    /// As [`Retention::doubt_clock`], without remembering it.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn clock_doubt(&self, now: Timestamp) -> Result<Option<ClockDoubt>, StoreError>;

    /// A person confirms that the clock is right at `now`.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn trust_clock(&self, now: Timestamp) -> Result<(), StoreError>;

    /// Releases the space of removed deliveries, except `spare` units of it, with pauses in which others write. A
    /// store that does so automatically has nothing to do here.
    ///
    /// # Errors
    /// The store cannot be written. Space released before stays released.
    async fn shrink(&self, spare: u64) -> Result<(), StoreError>;

    /// Frees space without removing anything, if a full disk has stopped a removal.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn make_room(&self) -> Result<(), StoreError>;

    /// The size of the store in bytes.
    ///
    /// # Errors
    /// It is unknown.
    async fn size(&self) -> Result<u64, StoreError>;
}
