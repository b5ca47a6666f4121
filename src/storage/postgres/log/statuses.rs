//! The statuses of a filter as conditions on the outcome of an attempt.

use crate::profile::Choice as _;
use crate::storage::log::filter::Filter;
use crate::storage::log::status_filter::StatusFilter;

/// The condition that an attempt ended so. The numbers and the names of classes are ours.
pub fn condition(status: StatusFilter) -> String {
    match status {
        StatusFilter::Code(code) => format!("status = {code}"),
        StatusFilter::Hundred(n) => format!("status / 100 = {n}"),
        StatusFilter::Error(class) => format!("class = '{}'", class.name()),
    }
}

/// The condition that it ended in one of these ways.
pub fn any(statuses: &[StatusFilter]) -> String {
    let all: Vec<String> = statuses.iter().copied().map(condition).collect();
    format!("({})", all.join(" OR "))
}

/// All that a filter asks of an attempt: one of each of these lists. Empty where it asks for nothing.
pub fn of(filter: &Filter) -> Vec<Vec<StatusFilter>> {
    filter.required_statuses()
}

/// The condition for all of these lists; none where there is none.
pub fn all_of(lists: &[Vec<StatusFilter>]) -> Option<String> {
    let each: Vec<String> = lists.iter().map(|list| any(list)).collect();
    (!each.is_empty()).then(|| each.join(" AND "))
}
