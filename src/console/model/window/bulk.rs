//! The window that lists bulk retries and resends.

use crate::console::model::bulk_results::BulkResults;
use crate::console::model::list::List;
use crate::keymap::Action;
use crate::record::BulkId;
use crate::storage::BulkAction;

/// The window. What it lists is in [`BulkResults`].
#[derive(Debug, Default)]
pub struct BulkWindow {
    pub(in crate::console) list: List,
    /// The selected one, once one was selected: it stays selected when others begin.
    selected: Option<BulkId>,
}

impl BulkWindow {
    /// The selected action.
    #[must_use]
    pub fn selected<'a>(&self, results: &'a BulkResults) -> Option<&'a BulkAction> {
        results.rows().get(self.list.selected())
    }

    /// The selection was moved.
    pub fn moved(&mut self, results: &BulkResults) {
        self.selected = self.selected(results).map(|action| action.id);
    }

    /// The actions were read again.
    pub fn taken(&mut self, results: &BulkResults) {
        let row = results.rows().iter().position(|action| Some(action.id) == self.selected);
        let last = results.rows().len().saturating_sub(1);
        self.list.stay_on(row.unwrap_or_else(|| self.list.selected().min(last)));
    }

    /// Why an action cannot be done; `None` if it can.
    #[must_use]
    pub fn why_not(&self, results: &BulkResults, action: Action) -> Option<&'static str> {
        let selected = self.selected(results);
        match action {
            Action::ShowFailed | Action::ShowInFull if selected.is_none() => Some("there are none"),
            Action::ShowFailed if selected.is_some_and(|action| action.counts.failed == 0) => {
                Some("none of them has failed")
            }
            Action::ShowInFull if selected.is_some_and(|action| action.counts.all() == 0) => {
                Some("none of them is in the log")
            }
            _ => None,
        }
    }
}
