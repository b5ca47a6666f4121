//! The health of profiles: whether their events are delivered, and since when they are not.
//!
//! A profile turns *failing* after too many consecutive failed events, or while too great a part of them fails;
//! *auto-disabled* when it is disabled for that; and *recovered* with the next delivered event, or once the rate is
//! low enough. Each turn is decided and recorded in the transaction that records the outcome: so it is recorded
//! once, whichever sender made it, and whatever is restarted.
//!
//! | file | contents |
//! |---|---|
//! | `rules` | the limits |
//! | `recent_failures` | the last minutes of a lane |
//! | `lane_health` | what an outcome says |
//! | `course` | the turns of a batch of outcomes |
//! | `half_open` | when an auto-disabled profile is probed, and how it recovers |
//! | `profile_health`, `failing_profiles` | the states of profiles |
//! | `turn` | the log of turns |

pub mod course;
pub mod failing_profiles;
pub mod half_open;
pub mod lane_health;
pub mod profile_health;
pub mod recent_failures;
pub mod rules;
pub mod turn;

use async_trait::async_trait;

use crate::storage::error::StoreError;

use failing_profiles::FailingProfiles;
use rules::HealthRules;
use turn::HealthTurn;

/// Judges profiles by the outcomes of their events.
#[async_trait]
pub trait Health: Send + Sync {
    /// The rules for outcomes that this process records. Without a call they are the default ones.
    fn judge_by(&self, rules: HealthRules);

    /// The profiles that are not well. Takes time for each of those.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn failing_profiles(&self) -> Result<FailingProfiles, StoreError>;

    /// The latest turns, newest first, this many at most: those before a position, if one is given.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn health_turns(&self, before: Option<i64>, most: usize) -> Result<Vec<HealthTurn>, StoreError>;
}
