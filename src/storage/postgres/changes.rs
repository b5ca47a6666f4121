//! What a transaction has changed, for those who show it and for senders.
//!
//! Only what people do is counted here, in one row, and notified in the transaction itself: it is rare.

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;

/// What a transaction has changed.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a transaction may have changed any of these")]
pub struct Changes {
    /// Saved profiles.
    pub profiles: bool,
    /// Own variables.
    pub variables: bool,
    /// What is due, or what blocks deliveries: what senders have read ahead may no longer hold.
    pub steering: bool,
    /// HTTP APIs that run.
    pub apis: bool,
}

impl Changes {
    /// Profiles, and with them what is sent.
    pub const PROFILES: Self = Self { profiles: true, variables: false, steering: true, apis: false };
    /// Own variables.
    pub const VARIABLES: Self = Self { profiles: false, variables: true, steering: false, apis: false };
    /// What is due or blocked.
    pub const STEERING: Self = Self { profiles: false, variables: false, steering: true, apis: false };
    /// The health of profiles, which displays show with them.
    pub const HEALTH: Self = Self { profiles: true, variables: false, steering: false, apis: false };
    /// HTTP APIs that run.
    pub const APIS: Self = Self { profiles: false, variables: false, steering: false, apis: true };

    /// This and another one.
    pub fn and(self, other: Self) -> Self {
        Self {
            profiles: self.profiles || other.profiles,
            variables: self.variables || other.variables,
            steering: self.steering || other.steering,
            apis: self.apis || other.apis,
        }
    }

    /// Whether anything has changed.
    pub fn is_any(self) -> bool {
        self.profiles || self.variables || self.steering || self.apis
    }

    /// Notes it in the transaction that has done it.
    pub async fn note(self, db: Db<'_>) -> Result<(), StoreError> {
        self.count(db).await?;
        let sql = "SELECT pg_notify('ringback_changed', ''),
                       CASE WHEN $1 THEN pg_notify('ringback_steered', '') END";
        db.rows(sql, &[&self.steering]).await?;
        Ok(())
    }

    /// Counts it in the transaction that has done it, and notifies nobody. That locks one row which all transactions
    /// share: it comes last, so that none waits for another lock with it.
    pub async fn count(self, db: Db<'_>) -> Result<(), StoreError> {
        let sql =
            "UPDATE revision SET profiles = profiles + $1::bool::int, variables = variables + $2::bool::int,
                       steering = steering + $3::bool::int, apis = apis + $4::bool::int";
        db.execute(sql, &[&self.profiles, &self.variables, &self.steering, &self.apis]).await?;
        Ok(())
    }
}

/// Counts a transaction that has changed deliveries. How many came into each state, or left it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Moves {
    /// Without attempts.
    pub queued: i64,
    /// With attempts.
    pub waiting: i64,
    /// Ended so.
    pub delivered: i64,
    /// Ended so.
    pub failed: i64,
    /// Ended so.
    pub cancelled: i64,
}

impl Moves {
    /// Counts it, in the transaction that has done it.
    pub async fn note(self, db: Db<'_>) -> Result<(), StoreError> {
        let sql = "UPDATE tally SET queued = queued + $1, waiting = waiting + $2, delivered = delivered + $3,
                       failed = failed + $4, cancelled = cancelled + $5, changes = changes + 1
                   WHERE slot = (pg_backend_pid() + extract(epoch FROM now())::bigint) & 63";
        db.execute(sql, &[&self.queued, &self.waiting, &self.delivered, &self.failed, &self.cancelled])
            .await?;
        Ok(())
    }
}

/// Tells senders that deliveries came into a lane, in the transaction that has accepted them: only where a person did.
pub async fn tell_arrived(db: Db<'_>, lane: i32) -> Result<(), StoreError> {
    let sql = "SELECT pg_notify('ringback_changed', ''), pg_notify('ringback_arrived', $1::int::text)";
    db.rows(sql, &[&lane]).await?;
    Ok(())
}
