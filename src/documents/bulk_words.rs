//! Bulk retries and resends in words.

use crate::profile::Choice as _;
use crate::storage::{BulkAction, Filter, StateFilter};
use crate::text::{group_digits, rfc3339};

/// What a bulk action has changed, and what became of it: `133 resent: 120 delivered, 13 failed`.
#[must_use]
pub fn bulk_result(action: &BulkAction) -> String {
    let number = group_digits;
    let processed = action.changed().saturating_add(action.unchanged);
    // Until all are processed, and if it was interrupted, the number of all is of interest.
    let of = if processed < action.wanted { format!(" of {}", number(action.wanted)) } else { String::new() };
    let did = match (action.resent, action.retried) {
        (resent, 0) => format!("{}{of} resent", number(resent)),
        (0, retried) => format!("{}{of} retried", number(retried)),
        (resent, retried) => format!("{} resent, {} retried{of}", number(resent), number(retried)),
    };
    let counts = action.counts;
    let ends = [
        (counts.delivered, "delivered"),
        (counts.failed, "failed"),
        (counts.cancelled, "cancelled"),
        (counts.pending(), "pending"),
        (action.removed(), "no longer in the log"),
    ];
    let ends: Vec<String> =
        ends.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", number(*n))).collect();
    let ends = if ends.is_empty() { String::new() } else { format!(": {}", ends.join(", ")) };
    let unchanged = match action.unchanged {
        0 => String::new(),
        n => format!(" · {} unchanged", number(n)),
    };
    format!("{did}{ends}{unchanged}")
}

/// Which deliveries a filter leaves: `failed deliveries of Order SMS, status 5xx`. `profile` is what the profile is
/// called; its id if nothing is given.
#[must_use]
pub fn filter_words(filter: &Filter, profile: Option<&str>) -> String {
    let state = match filter.state {
        None => "",
        Some(StateFilter::Is(state)) => state.name(),
        Some(StateFilter::Pending) => "pending",
        Some(StateFilter::Ended) => "ended",
        Some(StateFilter::Expired) => "expired",
        Some(StateFilter::Retriable) => "waiting, failed and cancelled",
    };
    let mut words = format!("{state} deliveries").trim_start().to_owned();
    if let Some(id) = &filter.profile {
        words.push_str(" of ");
        words.push_str(profile.unwrap_or(id.as_str()));
    }
    let statuses: Vec<String> = filter.statuses.iter().map(ToString::to_string).collect();
    let parts = [
        filter.bulk.map(|bulk| format!("bulk action {bulk}")),
        (!statuses.is_empty()).then(|| format!("status {}", statuses.join(","))),
        filter.since.map(|at| format!("since {}", rfc3339(at))),
        filter.until.map(|at| format!("until {}", rfc3339(at))),
        filter.text.as_ref().map(|text| format!("matching {text}")),
    ];
    parts.into_iter().flatten().fold(words, |words, part| format!("{words}, {part}"))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::profile::ProfileId;
    use crate::record::{BulkId, DeliveryState};
    use crate::storage::{Counts, StatusFilter};

    #[test]
    fn a_result_has_no_zeros() {
        let at = Timestamp::UNIX_EPOCH;
        let counts = Counts { delivered: 120, failed: 13, ..Counts::default() };
        let all = BulkAction {
            id: BulkId::new(1),
            begun_at: at,
            changed_at: at,
            is_over: true,
            what: String::new(),
            wanted: 133,
            retried: 0,
            resent: 133,
            unchanged: 0,
            counts,
        };
        assert_eq!(bulk_result(&all), "133 resent: 120 delivered, 13 failed");
        let retried = BulkAction { resent: 0, retried: 133, ..all.clone() };
        assert_eq!(bulk_result(&retried), "133 retried: 120 delivered, 13 failed");
        let both = BulkAction { resent: 130, retried: 3, wanted: 1500, unchanged: 2, ..all.clone() };
        assert_eq!(
            bulk_result(&both),
            "130 resent, 3 retried of 1 500: 120 delivered, 13 failed · 2 unchanged"
        );
        let counts = Counts { delivered: 1, queued: 2, waiting: 3, cancelled: 4, failed: 0 };
        let some = BulkAction { resent: 12, wanted: 40, counts, ..all.clone() };
        assert_eq!(
            bulk_result(&some),
            "12 of 40 resent: 1 delivered, 4 cancelled, 5 pending, 2 no longer in the log"
        );
        let none = BulkAction { resent: 0, wanted: 2, unchanged: 2, counts: Counts::default(), ..all };
        assert_eq!(bulk_result(&none), "0 resent · 2 unchanged");
    }

    #[test]
    fn a_filter_is_described() {
        assert_eq!(filter_words(&Filter::default(), None), "deliveries");
        let id = ProfileId::parse("IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa").unwrap();
        let filter = Filter {
            state: Some(StateFilter::Is(DeliveryState::Failed)),
            profile: Some(id.clone()),
            statuses: vec![StatusFilter::Code(404), StatusFilter::Hundred(5)],
            since: Some(Timestamp::UNIX_EPOCH),
            text: Some("order".to_owned()),
            ..Filter::default()
        };
        assert_eq!(
            filter_words(&filter, Some("Order SMS")),
            "failed deliveries of Order SMS, status 404,5xx, since 1970-01-01T00:00:00.000Z, matching order"
        );
        let of_action = Filter { profile: Some(id), bulk: Some(BulkId::new(7)), ..Filter::default() };
        assert_eq!(
            filter_words(&of_action, None),
            "deliveries of IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa, bulk action 000000000007"
        );
    }
}
