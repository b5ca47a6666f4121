//! Bulk retries and resends.

use async_trait::async_trait;

use super::{MemoryStore, Tables};
use crate::record::{BulkId, LogPosition};
use crate::storage::memory::memory_bulk_action::MemoryBulkAction;
use crate::storage::{BulkAction, BulkActions, BulkResult, Counts, NewBulkAction, StoreError};

impl Tables {
    /// Whether a delivery is one of an action.
    pub fn is_of_bulk(&self, id: BulkId, at: LogPosition) -> bool {
        self.bulk_actions.iter().any(|kept| kept.action.id == id && kept.members.contains(&at))
    }

    /// Notes what a batch of an action has changed.
    pub fn note_bulk(&mut self, id: Option<BulkId>, did: &BulkResult, members: Vec<LogPosition>) {
        let now = self.now();
        let Some(kept) = self.bulk_actions.iter_mut().find(|kept| Some(kept.action.id) == id) else { return };
        kept.members.extend(members);
        kept.action.changed_at = kept.action.changed_at.max(now);
        kept.action.retried += did.due;
        kept.action.resent += did.again;
        kept.action.unchanged += did.left;
    }

    fn bulk_action(&self, kept: &MemoryBulkAction) -> BulkAction {
        let rows = self.deliveries.iter().map(|stored| &stored.details.summary);
        let members = rows.filter(|row| kept.members.contains(&row.position));
        let counts: Counts = members.map(|row| row.state).collect();
        BulkAction { counts, ..kept.action.clone() }
    }
}

#[async_trait]
impl BulkActions for MemoryStore {
    async fn begin_bulk_action(&self, new: NewBulkAction) -> Result<(), StoreError> {
        self.change(|tables| {
            let all: Vec<LogPosition> =
                tables.deliveries.iter().map(|stored| stored.details.summary.position).collect();
            let outdated = new.begun_at - jiff::SignedDuration::from_hours(24);
            tables.bulk_actions.retain(|kept| {
                kept.action.begun_at >= outdated || kept.members.iter().any(|at| all.contains(at))
            });
            let NewBulkAction { id, begun_at, what, wanted } = new;
            let action = BulkAction {
                id,
                begun_at,
                changed_at: begun_at,
                is_over: false,
                what,
                wanted,
                retried: 0,
                resent: 0,
                unchanged: 0,
                counts: Counts::default(),
            };
            tables.bulk_actions.push(MemoryBulkAction { action, members: Vec::new() });
        });
        Ok(())
    }

    async fn end_bulk_action(&self, id: BulkId) -> Result<(), StoreError> {
        self.change(|tables| {
            let mut all = tables.bulk_actions.iter_mut().map(|kept| &mut kept.action);
            if let Some(action) = all.find(|action| action.id == id) {
                action.is_over = true;
            }
        });
        Ok(())
    }

    async fn bulk_actions(&self, limit: usize) -> Result<Vec<BulkAction>, StoreError> {
        let tables = self.tables();
        let mut all: Vec<BulkAction> =
            tables.bulk_actions.iter().map(|kept| tables.bulk_action(kept)).collect();
        all.sort_by_key(|action| (std::cmp::Reverse(action.begun_at), action.id));
        all.truncate(limit);
        Ok(all)
    }

    async fn bulk_action(&self, id: BulkId) -> Result<Option<BulkAction>, StoreError> {
        let tables = self.tables();
        let kept = tables.bulk_actions.iter().find(|kept| kept.action.id == id);
        Ok(kept.map(|kept| tables.bulk_action(kept)))
    }
}
