//! The health of profiles, in memory.

use async_trait::async_trait;

use super::{MemoryStore, Tables};
use crate::clock;
use crate::profile::{Profile, ProfileId, Status};
use crate::record::{Next, Outcome};
use crate::storage::health::course::LaneCourse;
use crate::storage::health::turn::new_turn_id;
use crate::storage::{
    Block, BlockReason, FailingProfiles, Health, HealthCause, HealthRules, HealthState, HealthTurn,
    HealthTurnKind, ProfileChangeKind, ProfileHealth, StoreError,
};

impl Tables {
    fn health_of(&self, id: &ProfileId) -> Option<&ProfileHealth> {
        self.health.iter().find(|(known, _)| known == id).map(|(_, health)| health)
    }

    /// Judges the profile of a lane by an outcome that ended a delivery of it.
    pub fn judge_lane(&mut self, lane: usize, outcome: &Outcome) {
        if matches!(outcome.next, Next::Retry(_)) || self.lanes[lane].manual {
            return;
        }
        let id = self.lanes[lane].profile_id.clone();
        let state = self.health_of(&id).map(|health| health.state);
        let mut course = LaneCourse::new(self.lanes[lane].health.clone(), state);
        course.note(outcome, &self.rules);
        self.lanes[lane].health = course.now().clone();
        let is_disabled = self.profile(&id).filter(|profile| profile.status == Status::AutoDisabled).cloned();
        if course.enables_profile() && is_disabled.is_none() {
            return;
        }
        for (kind, cause) in course.turns() {
            self.turn(&id, *kind, cause);
        }
        if let Some(profile) = is_disabled.filter(|_| course.enables_profile()) {
            self.enable(profile);
        }
    }

    fn turn(&mut self, id: &ProfileId, kind: HealthTurnKind, cause: &HealthCause) {
        let Some(profile) = self.profile(id).cloned() else { return };
        let state = match kind {
            HealthTurnKind::Recovered => None,
            _ if profile.status != Status::Active => return,
            HealthTurnKind::Failing => Some(HealthState::Failing),
            HealthTurnKind::AutoDisabled => Some(HealthState::AutoDisabled),
        };
        let before = self.health_of(id).map(|health| (health.state, health.since));
        self.health.retain(|(known, _)| known != id);
        let at = self.now();
        self.health.extend(
            state.map(|state| (id.clone(), ProfileHealth { state, since: at, cause: cause.clone() })),
        );
        let position = self.turns.last().map_or(1, |turn| turn.position + 1);
        let title = profile.title.to_string();
        let cause = cause.clone();
        let turn = new_turn_id();
        if self.rules.alerts {
            self.to_give.push(turn);
        }
        self.turns.push(HealthTurn {
            position,
            id: turn,
            at,
            profile_id: id.clone(),
            title,
            kind,
            before,
            cause: cause.clone(),
        });
        self.revision.profiles += 1;
        match kind {
            HealthTurnKind::Failing => {
                self.note_change_for(Some(id), ProfileChangeKind::Failing, Some(cause.of_block()));
            }
            HealthTurnKind::Recovered => {
                self.note_change_for(Some(id), ProfileChangeKind::Recovered, Some(cause.of_block()));
            }
            HealthTurnKind::AutoDisabled => {
                let modified_at = clock::later(profile.modified_at, jiff::SignedDuration::from_millis(1));
                let modified_at = modified_at.max(at);
                let disabled = Profile { status: Status::AutoDisabled, modified_at, ..profile };
                self.save(disabled);
                let its = |block: &&mut Block| {
                    block.profile_id.as_ref() == Some(id) && block.why == BlockReason::AutoDisabled
                };
                if let Some(block) = self.blocks.iter_mut().find(its) {
                    block.cause = Some(cause.of_block());
                }
            }
        }
    }
}

#[async_trait]
impl Health for MemoryStore {
    fn judge_by(&self, rules: HealthRules) {
        self.tables().rules = rules;
    }

    async fn failing_profiles(&self) -> Result<FailingProfiles, StoreError> {
        Ok(self.tables().health.iter().cloned().collect())
    }

    async fn health_turns(&self, before: Option<i64>, most: usize) -> Result<Vec<HealthTurn>, StoreError> {
        let tables = self.tables();
        let all = tables.turns.iter().rev().filter(|turn| before.is_none_or(|before| turn.position < before));
        Ok(all.take(most).cloned().collect())
    }
}
