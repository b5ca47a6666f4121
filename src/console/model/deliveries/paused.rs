//! A log that can be read while it grows: new deliveries are counted, and are hidden until the newest is followed
//! again.

use crate::console::model::deliveries::Deliveries;
use crate::console::model::deliveries::query::Query;
use crate::record::{LogPosition, Summary};

/// The highest count; above it the screen shows `999+`.
pub const MOST_NEW: usize = 1000;

/// How many of these rows, newest first, are newer than the query's upper bound.
#[must_use]
pub fn newer(query: &Query, rows: &[Summary]) -> usize {
    query.upto.map_or(0, |upto| rows.iter().take_while(|row| row.position > upto).count())
}

/// A number of deliveries in words: `37`, `999+`.
#[must_use]
pub fn words(count: usize) -> String {
    if count < MOST_NEW { count.to_string() } else { format!("{}+", MOST_NEW - 1) }
}

impl Deliveries {
    /// How many have arrived since the person moved away, [`MOST_NEW`] at most.
    #[must_use]
    pub fn new_since_paused(&self) -> usize {
        if self.is_following() { 0 } else { self.came }
    }

    /// Takes the number of new deliveries, if the query is still the current one.
    pub fn take_newer(&mut self, query: &Query, count: usize) {
        if self.is_for_now(query) {
            self.came = count;
        }
    }

    /// Stops following: the rows stay where they are.
    pub(in crate::console) fn pause(&mut self) {
        self.paused_at = self.newest();
        self.came = 0;
    }

    /// Whether a result of this query still fits the current filter and position.
    pub(in crate::console) fn is_for_now(&self, query: &Query) -> bool {
        query.show == self.show
            && query.upto == self.paused_at
            && query.profile.as_ref() == self.profile.as_ref().map(|(id, _)| id)
            && query.bulk == self.bulk.as_ref().map(|(id, _)| *id)
    }

    /// Keeps the selection on its delivery and on its line of the screen; if the delivery is gone, on the next older
    /// one.
    pub(in crate::console) fn stay_on(&mut self, selected: LogPosition) {
        let place = self.rows.partition_point(|row| row.position > selected);
        self.list.stay_on(place.min(self.rows.len().saturating_sub(1)));
    }
}
