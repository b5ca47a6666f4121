//! How many deliveries the filter leaves, and how many there are: only what is known without reading the log for it.

use crate::console::model::deliveries::Deliveries;
use crate::console::model::deliveries::paused::MOST_NEW;
use crate::console::model::deliveries::query::{Query, Show};
use crate::storage::{BoundedCount, Counts};
use crate::text::group_digits;

/// So many deliveries of a profile are counted; of more the screen shows `10 000+`.
pub const MOST_COUNTED: usize = 10_000;

/// Such as `5 012`, and `10 000+` where there may be more.
#[must_use]
pub fn words(count: BoundedCount) -> String {
    format!("{}{}", group_digits(count.n), if count.is_exact { "" } else { "+" })
}

impl Deliveries {
    /// Takes how many deliveries are in each state.
    pub fn take_counts(&mut self, counts: Counts) {
        self.counts = Some(counts);
    }

    /// Takes how many deliveries match, if the filter is still the same.
    pub fn take_matching(&mut self, query: &Query, count: BoundedCount) {
        if query.show == self.show && query.profile.as_ref() == self.profile.as_ref().map(|(id, _)| id) {
            self.counted = Some(count);
        }
    }

    /// The filter is about to change: the count is another one.
    pub fn forget_count(&mut self) {
        self.counted = None;
    }

    /// Whether fewer than all deliveries are shown.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        self.show != Show::All || self.profile.is_some() || self.bulk.is_some() || self.search.is_on()
    }

    /// How many deliveries match the filter; none before anything was read, or found in a part of the log.
    #[must_use]
    pub fn matching(&self) -> Option<BoundedCount> {
        if !self.is_read {
            return None;
        }
        let new = self.new_since_paused();
        let loaded = self.rows.len().saturating_add(new) as u64;
        if self.next.is_none() {
            // An unreadable one may match.
            let is_exact = self.unreadable == 0 && new < MOST_NEW;
            return Some(BoundedCount { n: loaded, is_exact });
        }
        let counted = match (&self.profile, self.counts) {
            _ if self.search.is_on() || self.bulk.is_some() => None,
            (Some(_), _) => self.counted,
            (None, counts) => counts.map(|counts| BoundedCount::exact(of_state(&counts, self.show))),
        };
        let counted = counted.filter(|count| count.n >= loaded);
        // At least none says nothing.
        counted.or_else(|| (loaded > 0).then(|| BoundedCount::at_least(loaded)))
    }

    /// How many of them are in the list, loaded or not: all but those that have arrived since it was followed.
    #[must_use]
    pub fn length(&self) -> BoundedCount {
        let new = self.new_since_paused();
        let all = self.matching().unwrap_or_default();
        let n = all.n.saturating_sub(new as u64);
        BoundedCount { n, is_exact: self.next.is_none() || all.is_exact && new < MOST_NEW }
    }

    /// For the title: `5 012`, with a filter `133 of 5 012`; empty before anything was read.
    #[must_use]
    pub fn count_words(&self) -> String {
        let Some(matching) = self.matching() else { return String::new() };
        match self.counts.filter(|_| self.is_filtered()) {
            Some(all) => format!("{} of {}", words(matching), group_digits(all.all().max(matching.n))),
            None => words(matching),
        }
    }
}

fn of_state(counts: &Counts, show: Show) -> u64 {
    match show {
        Show::All => counts.all(),
        Show::Pending => counts.pending(),
        Show::Delivered => counts.delivered,
        Show::Failed => counts.failed,
        Show::Cancelled => counts.cancelled,
    }
}
