//! The health of profiles, as rows.

mod alerts;
pub mod half_open;
mod read;
pub mod turns;

use std::sync::PoisonError;

use async_trait::async_trait;

use crate::storage::error::StoreError;
use crate::storage::health::Health;
use crate::storage::health::failing_profiles::FailingProfiles;
use crate::storage::health::rules::HealthRules;
use crate::storage::health::turn::HealthTurn;
use crate::storage::postgres::PgStore;

#[async_trait]
impl Health for PgStore {
    fn judge_by(&self, rules: HealthRules) {
        *self.0.health_rules.lock().unwrap_or_else(PoisonError::into_inner) = rules;
    }

    async fn failing_profiles(&self) -> Result<FailingProfiles, StoreError> {
        read::failing(self.read().await?.db()?).await
    }

    async fn health_turns(&self, before: Option<i64>, most: usize) -> Result<Vec<HealthTurn>, StoreError> {
        read::turns(self.read().await?.db()?, before, most).await
    }
}
