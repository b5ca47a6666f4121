//! Filters deliveries: by profile, state, status, time and text.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::profile::{Choice as _, ProfileId};
use crate::record::{BulkId, DeliveryId, DeliveryState, LogPosition, Summary};
use crate::storage::log::lookup::{delivery_range, profile_range};
use crate::storage::log::search_term::SearchPlace;
use crate::storage::log::search_words::SearchWords;
use crate::storage::log::status_filter::{StateFilter, StatusFilter};

/// A filter. A delivery matches if it matches every part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Only in these states.
    pub state: Option<StateFilter>,
    /// Only of this profile.
    pub profile: Option<ProfileId>,
    /// Only if this bulk action retried it, or made it as a resend.
    pub bulk: Option<BulkId>,
    /// Only if the last attempt ended in one of these ways; empty matches all.
    pub statuses: Vec<StatusFilter>,
    /// Only accepted at this time or later.
    pub since: Option<Timestamp>,
    /// Only accepted before this time.
    pub until: Option<Timestamp>,
    /// Only ended before this time.
    pub ended_before: Option<Timestamp>,
    /// Only if each word of this matches, ignoring case: a state, a status, a prefix of a delivery's or a profile's
    /// id, a prefix of the date or time of acceptance, or text in title, event, URL, headers, body, a value, a
    /// message or a response. A quoted part is text.
    pub text: Option<String>,
    /// The zone of dates and times in the text.
    pub zone: TimeZone,
    /// Only if not resent.
    pub not_again: bool,
    /// Only accepted before this one: the last of the previous page.
    pub before: Option<LogPosition>,
    /// The page size.
    pub limit: usize,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            state: None,
            profile: None,
            bulk: None,
            statuses: Vec::new(),
            since: None,
            until: None,
            ended_before: None,
            text: None,
            zone: TimeZone::UTC,
            not_again: false,
            before: None,
            limit: 100,
        }
    }
}

/// How far the time in an id may differ from the time of acceptance.
pub const SLACK: SignedDuration = SignedDuration::from_mins(1);

impl Filter {
    /// The states that can match. Only an attempted delivery has a status, and only a success is delivered, so a
    /// status excludes most of them.
    #[must_use]
    pub fn states(&self) -> Vec<DeliveryState> {
        let words = self.words();
        let wanted = |state: &DeliveryState| {
            let ended = self.ended_before.is_none() || !state.is_pending();
            ended
                && self.state.is_none_or(|filter| filter.has(*state))
                && (words.states.is_empty() || words.states.contains(state))
                && may_have(*state, &self.statuses)
                && may_have(*state, &words.statuses)
        };
        DeliveryState::ALL.iter().copied().filter(wanted).collect()
    }

    /// The words of the text.
    pub fn words(&self) -> SearchWords {
        self.text.as_deref().map(SearchWords::read).unwrap_or_default()
    }

    /// What the last attempt must be: one of each of these lists. Empty if anything.
    #[must_use]
    pub fn required_statuses(&self) -> Vec<Vec<StatusFilter>> {
        let expired = (self.state == Some(StateFilter::Expired))
            .then(|| vec![StatusFilter::Error(crate::record::ErrorClass::Expired)]);
        let all = [self.statuses.clone(), self.words().statuses].into_iter().chain(expired);
        all.filter(|list| !list.is_empty()).collect()
    }

    /// Whether rows must be examined one by one, possibly many that do not match.
    #[must_use]
    pub fn searches(&self) -> bool {
        !self.statuses.is_empty()
            || self.bulk.is_some()
            || self.state == Some(StateFilter::Expired)
            || self.text.is_some()
            || self.not_again
            || self.since.is_some()
            || self.until.is_some()
            || self.ended_before.is_some()
    }

    /// The range of ids that contains all matches, if there is a time limit, or a word for the ID: from the first, to
    /// before the second.
    #[must_use]
    pub fn ids(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let first = |time: Timestamp| DeliveryId::first_at(time).bytes().to_vec();
        // No delivery ends before it is accepted.
        let until = self.until.into_iter().chain(self.ended_before).min();
        let of_time = self.since.or(until).map(|_| {
            let since = self.since.and_then(|time| time.checked_sub(SLACK).ok());
            let until = until.and_then(|time| time.checked_add(SLACK).ok());
            // Before all ids, and, longer than any of them, after all.
            (since.map_or_else(Vec::new, first), until.map_or_else(|| vec![0xFF; 17], first))
        });
        let of_words = self.searched_ids(&SearchPlace::Id).map(|(first, last)| {
            let after_last = [&last.bytes()[..], &[0]].concat();
            (first.bytes().to_vec(), after_last)
        });
        match (of_time, of_words) {
            (Some(time), Some(words)) => Some((time.0.max(words.0), time.1.min(words.1))),
            (time, words) => time.or(words),
        }
    }

    /// The first and the last ID that the words leave: of the delivery, or of the one that it resends. None without a
    /// word for it that is long enough.
    #[must_use]
    pub fn searched_ids(&self, place: &SearchPlace) -> Option<(DeliveryId, DeliveryId)> {
        let words = self.words().texts.into_iter().filter(|term| term.place == *place);
        let ranges = words.filter_map(|term| delivery_range(&term.text));
        ranges.reduce(|one, other| (one.0.max(other.0), one.1.min(other.1)))
    }

    /// The only profile whose deliveries can match, if there is one: that of the filter, or of a word with a whole ID.
    #[must_use]
    pub fn only_profile(&self) -> Option<ProfileId> {
        let of_words = || {
            let mut words = self.words().texts.into_iter().filter(|term| term.place == SearchPlace::Profile);
            words.find_map(|term| ProfileId::parse(&profile_range(&term.text)?.0).ok())
        };
        self.profile.clone().or_else(of_words)
    }

    /// Whether a delivery is of the profile, and in one of the states, that can match: for rows that no index of these
    /// leads to.
    #[must_use]
    pub fn fits_profile_and_state(&self, row: &Summary) -> bool {
        self.profile.as_ref().is_none_or(|profile| *profile == row.profile_id)
            && self.states().contains(&row.state)
    }

    /// Whether a delivery accepted at this time, in milliseconds, may match by its time.
    #[must_use]
    pub fn has_time(&self, accepted_at: i64) -> bool {
        let until = self.until.into_iter().chain(self.ended_before).min();
        self.since.is_none_or(|time| accepted_at >= time.as_millisecond())
            && until.is_none_or(|time| accepted_at < time.as_millisecond())
    }
}

/// Whether the last attempt of a delivery in this state may have ended in one of these ways.
fn may_have(state: DeliveryState, statuses: &[StatusFilter]) -> bool {
    statuses.is_empty()
        || match state {
            DeliveryState::Queued => false,
            DeliveryState::Delivered => statuses.iter().any(|status| status.is_success()),
            DeliveryState::Waiting | DeliveryState::Failed | DeliveryState::Cancelled => true,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_or_a_word_leaves_few_states() {
        let states = |status: &str, state| {
            let statuses = vec![StatusFilter::parse(status).unwrap()];
            let typed = Filter { state, text: Some(status.to_owned()), ..Filter::default() }.states();
            assert_eq!(Filter { state, statuses, ..Filter::default() }.states(), typed);
            typed
        };
        assert_eq!(
            states("5xx", None),
            [DeliveryState::Waiting, DeliveryState::Failed, DeliveryState::Cancelled]
        );
        assert!(states("2xx", None).contains(&DeliveryState::Delivered));
        assert_eq!(
            states("timeout", Some(StateFilter::Ended)),
            [DeliveryState::Failed, DeliveryState::Cancelled]
        );
        assert_eq!(Filter::default().states(), DeliveryState::ALL);
        let typed = |line: &str| Filter { text: Some(line.to_owned()), ..Filter::default() }.states();
        assert_eq!(typed("order delivered"), [DeliveryState::Delivered]);
        assert_eq!(typed("failed Cancelled"), [DeliveryState::Failed, DeliveryState::Cancelled]);
        assert_eq!(typed("\"failed\""), DeliveryState::ALL);
    }
}
