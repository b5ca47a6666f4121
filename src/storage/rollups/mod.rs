//! Numbers by profile and minute, and by profile and hour: written in the transactions that do what they count, and
//! never computed by reading the log.
//!
//! ```text
//! what happens ─► RollupMark ─► kept with its transaction ─► folded into a Rollup per profile and minute, and hour
//! ```
//!
//! A transaction appends its marks, which costs one row however many profiles it is about. Marks are folded into
//! rollups after some hundred transactions. A reader adds what is not folded yet, so the numbers are always complete.
//!
//! | file | what it has |
//! |---|---|
//! | `mark` | one thing that happened, as a number |
//! | `mark_list` | many of them as a few bytes |
//! | `attempt_part` | the phases of an attempt, and what is in none |
//! | `phase_sums` | where the time of many attempts went |
//! | `counter` | what is counted, and its number in a rollup |
//! | `class_code` | the numbers of failure classes |
//! | `latency` | the buckets of durations |
//! | `rollup` | the counts of a profile and a period |
//! | `fold` | marks become rollups |
//! | `range` | which minutes and hours make up a time range |
//! | `query` | which rollups are added up, and by what |
//! | `stats` | the same as people read it |
//! | `varint` | numbers as few bytes |

pub mod attempt_part;
pub mod class_code;
pub mod counter;
pub mod fold;
pub mod latency;
pub mod mark;
pub mod mark_list;
pub mod phase_sums;
pub mod query;
pub mod range;
pub mod rollup;
pub mod stats;
pub mod varint;

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::profile::ProfileId;
use crate::storage::error::StoreError;
use crate::storage::retention::policy::RetentionPolicy;

use query::{RollupKey, RollupQuery};
use rollup::Rollup;

/// Counts what happens to deliveries. Everything in the log counts, whoever caused it: events, resends and tests.
///
/// | counted | when | in the minute of |
/// |---|---|---|
/// | accepted | with the delivery | `accepted_at` |
/// | an attempt, its result, its duration and its phases | with the attempt, whatever becomes of the delivery | its end |
/// | delivered, failed, cancelled | with the change of the state | `ended_at` |
///
/// Times are those that the log has. A delivery that is removed from the log stays counted. Where an attempt changes
/// the outcome of a delivery that has ended (two senders sent it, and the success counts), the earlier outcome is
/// uncounted in its minute.
#[async_trait]
pub trait Rollups: Send + Sync {
    /// Adds up rollups. An unreadable one is skipped.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn rollups(&self, query: RollupQuery) -> Result<BTreeMap<RollupKey, Rollup>, StoreError>;

    /// Since when everything is counted: the database was created, or upgraded to a version that counts, or older
    /// rollups were removed.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn counted_since(&self) -> Result<Timestamp, StoreError>;

    /// How many deliveries are pending now, by the id of their profile; of these profiles only, or of all. Takes time
    /// for each.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn pending_by_profile(
        &self,
        profiles: Option<Vec<ProfileId>>,
    ) -> Result<BTreeMap<String, u64>, StoreError>;

    /// Removes rollups of minutes after 48 hours ([`range::MINUTES_KEPT`]), and of hours with the log: after as many
    /// days, however few deliveries are kept.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn prune_rollups(&self, policy: RetentionPolicy, now: Timestamp) -> Result<(), StoreError>;
}
