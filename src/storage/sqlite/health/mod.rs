//! The health of profiles, as rows.

mod alerts;
pub mod half_open;
pub mod read;
pub mod turns;

use async_trait::async_trait;

use crate::storage::error::StoreError;
use crate::storage::health::Health;
use crate::storage::health::failing_profiles::FailingProfiles;
use crate::storage::health::rules::HealthRules;
use crate::storage::health::turn::HealthTurn;
use crate::storage::sqlite::Store;

#[async_trait]
impl Health for Store {
    fn judge_by(&self, rules: HealthRules) {
        self.set_health_rules(rules);
    }

    async fn failing_profiles(&self) -> Result<FailingProfiles, StoreError> {
        self.read(read::failing).await
    }

    async fn health_turns(&self, before: Option<i64>, most: usize) -> Result<Vec<HealthTurn>, StoreError> {
        self.read(move |tx| read::turns(tx, before, most)).await
    }
}
