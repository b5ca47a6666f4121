//! Alerts in memory: of one process, so that none is ever taken over.

use async_trait::async_trait;
use uuid::Uuid;

use super::MemoryStore;
use super::memory_alert::MemoryAlert;
use crate::storage::alerts::alert::GivenTurn;
use crate::storage::health::turn::new_turn_id;
use crate::storage::{Alert, AlertPace, Alerts, HealthTurn, NextAlert, StoreError};

#[async_trait]
impl Alerts for MemoryStore {
    async fn take_alert(&self, pace: AlertPace) -> Result<NextAlert, StoreError> {
        let mut tables = self.tables();
        let pending = std::mem::take(&mut tables.to_give);
        let turns: Vec<HealthTurn> =
            tables.turns.iter().filter(|turn| pending.contains(&turn.id)).cloned().collect();
        let (Some(first), Some(last)) = (turns.first(), turns.last()) else { return Ok(NextAlert::Nothing) };
        let ms = |turn: &HealthTurn| turn.at.as_millisecond();
        let (now, before) = (tables.now(), tables.alerts.last().map(|alert| alert.made_at.as_millisecond()));
        let wait = pace.wait(ms(first), ms(last), before, now.as_millisecond());
        if !wait.is_zero() {
            tables.to_give = pending;
            return Ok(NextAlert::After(wait));
        }
        let id = new_turn_id();
        tables.alerts.push(MemoryAlert { id, made_at: now, turns: pending, has_ended: false, failure: None });
        Ok(NextAlert::Taken(Alert { id, turns }))
    }

    async fn finish_alert(&self, id: Uuid, failure: Option<String>) -> Result<(), StoreError> {
        let mut tables = self.tables();
        if let Some(alert) = tables.alerts.iter_mut().find(|alert| alert.id == id && !alert.has_ended) {
            (alert.has_ended, alert.failure) = (true, failure);
        }
        Ok(())
    }

    async fn given_alerts(&self, turns: Vec<Uuid>) -> Result<Vec<GivenTurn>, StoreError> {
        let tables = self.tables();
        let given = |turn: &Uuid| {
            let alert = tables.alerts.iter().find(|alert| alert.turns.contains(turn))?;
            let (has_ended, failure) = (alert.has_ended, alert.failure.clone());
            Some(GivenTurn { turn: *turn, alert: alert.id, has_ended, failure })
        };
        Ok(turns.iter().filter_map(given).collect())
    }

    async fn waiting_turns(&self, turns: Vec<Uuid>) -> Result<Vec<Uuid>, StoreError> {
        let tables = self.tables();
        Ok(turns.into_iter().filter(|turn| tables.to_give.contains(turn)).collect())
    }
}
