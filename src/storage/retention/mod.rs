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

/// Removes what is kept no longer. What is still to be sent never goes.
#[async_trait]
pub trait Retention: Send + Sync {
    /// Removes the next deliveries that are kept no longer at `now`, the oldest first, and few enough that
    /// nobody waits ([`policy::MOST_ROWS`]). `after` is where the call before said to continue. Gives what
    /// went, and where to continue; none when all is done.
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

    /// Removes the profiles that can no longer be restored at `now`. What is pending of them is no longer
    /// blocked: the sender fails it, with that as its reason. How many profiles.
    ///
    /// # Errors
    /// The store cannot be read or written.
    async fn purge_profiles(&self, now: Timestamp) -> Result<usize, StoreError>;

    /// Judges the clock that says `now`; a doubt is the reason to remove nothing by age. Remembers the
    /// judgement: a doubted clock is trusted once it has run on for a day.
    ///
    /// # Errors
    /// The store cannot be read or written.
    async fn doubt_clock(&self, now: Timestamp) -> Result<Option<ClockDoubt>, StoreError>;

    /// As [`Retention::doubt_clock`], without remembering it.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn clock_doubt(&self, now: Timestamp) -> Result<Option<ClockDoubt>, StoreError>;

    /// A person says that the clock is right at `now`.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn trust_clock(&self, now: Timestamp) -> Result<(), StoreError>;

    /// Gives back the space that removed deliveries have left, but for `spare` units of it, with rests in
    /// which others write. A store that does so by itself has nothing to do here.
    ///
    /// # Errors
    /// The store cannot be written. What was given back before stays so.
    async fn shrink(&self, spare: u64) -> Result<(), StoreError>;

    /// Makes room without removing anything, where a full disk has stopped a removal.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn make_room(&self) -> Result<(), StoreError>;

    /// The bytes that the store takes up.
    ///
    /// # Errors
    /// They are not known.
    async fn size(&self) -> Result<u64, StoreError>;
}
