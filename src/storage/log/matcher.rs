//! Applies a filter row by row: data outside the row is read only if the row is not decisive.

use crate::record::DeliveryId;
use crate::storage::error::StoreError;
use crate::storage::log::filter::Filter;
use crate::storage::log::search_term::{SearchPlace, SearchTerm};
use crate::storage::log::search_words::SearchWords;
use crate::storage::log::status_filter::StatusFilter;

/// The parts of a row that a filter uses.
#[derive(Debug, Clone, Copy)]
pub struct RowFacts<'a> {
    /// The id.
    pub id: DeliveryId,
    /// The profile.
    pub profile_id: &'a str,
    /// The profile's title when it was accepted.
    pub title: &'a str,
    /// The name of its event.
    pub event: Option<&'a str>,
    /// The URL of its request.
    pub url: Option<&'a str>,
    /// Why its last attempt failed.
    pub message: Option<&'a str>,
    /// The status of the last response.
    pub status: Option<u16>,
    /// The class of the last failure.
    pub class: Option<&'a str>,
    /// When it was accepted, in milliseconds.
    pub accepted_at: i64,
    /// When it ended, in milliseconds.
    pub ended_at: Option<i64>,
    /// It was resent.
    pub was_sent_again: bool,
    /// The delivery that it resends.
    pub resent_from: Option<DeliveryId>,
    /// The JSON of its values; none if the filter does not need them.
    pub values: Option<&'a str>,
}

/// A filter prepared for many rows. State, profile and ids are handled by the index.
pub struct RowMatcher<'a> {
    filter: &'a Filter,
    words: SearchWords,
    /// See [`Filter::required_statuses`].
    statuses: Vec<Vec<StatusFilter>>,
}

impl<'a> RowMatcher<'a> {
    /// Prepares a filter.
    #[must_use]
    pub fn new(filter: &'a Filter) -> Self {
        Self { filter, words: filter.words(), statuses: filter.required_statuses() }
    }

    /// Whether it examines the values of a delivery.
    #[must_use]
    pub fn reads_values(&self) -> bool {
        !self.words.texts.is_empty()
    }

    /// Whether a row matches. `rest` reads searched data outside the row: headers, body and responses.
    ///
    /// # Errors
    /// Those of `rest`.
    pub fn matches(
        &self,
        seen: &RowFacts<'_>,
        rest: impl FnOnce() -> Result<Vec<String>, StoreError>,
    ) -> Result<bool, StoreError> {
        let Filter { since, until, ended_before, zone, .. } = self.filter;
        let since = since.is_none_or(|time| seen.accepted_at >= time.as_millisecond());
        let until = until.is_none_or(|time| seen.accepted_at < time.as_millisecond());
        let ended = ended_before.is_none_or(|t| seen.ended_at.is_some_and(|end| end < t.as_millisecond()));
        let fits = |status: &StatusFilter| status.fits(seen.status, seen.class);
        let status = self.statuses.iter().all(|any| any.iter().any(fits));
        let resent = !(self.filter.not_again && seen.was_sent_again)
            && self.words.was_resent.is_none_or(|was| seen.was_sent_again == was);
        if !(since && until && ended && status && resent) {
            return Ok(false);
        }
        let elsewhere = |sought: &&SearchTerm| {
            !(seen.has(sought)
                || sought.begins(seen.id, seen.profile_id)
                || sought.is_time(seen.accepted_at, zone))
        };
        let left: Vec<&SearchTerm> = self.words.texts.iter().filter(elsewhere).collect();
        if left.is_empty() {
            return Ok(true);
        }
        if left.iter().any(|sought| !sought.is_beyond_row()) {
            return Ok(false);
        }
        let rest = rest()?;
        let is_there = |sought: &SearchTerm, text: &str| match &sought.place {
            SearchPlace::Body(path) => sought.is_at(path, text),
            _ => sought.is_in(text),
        };
        Ok(left.iter().all(|sought| rest.iter().any(|text| is_there(sought, text))))
    }
}

impl RowFacts<'_> {
    /// Whether the row has it, except as the beginning of an id or a time.
    fn has(&self, sought: &SearchTerm) -> bool {
        let is_in = |text: &str| sought.is_in(text);
        match &sought.place {
            SearchPlace::Anywhere => {
                is_in(self.title)
                    || self.event.is_some_and(is_in)
                    || self.url.is_some_and(is_in)
                    || self.message.is_some_and(is_in)
                    || self.values.is_some_and(|json| sought.is_in_value(json))
            }
            SearchPlace::Profile => is_in(self.title),
            SearchPlace::Event => self.event.is_some_and(is_in),
            SearchPlace::Url => self.url.is_some_and(is_in),
            SearchPlace::Value(path) => self.values.is_some_and(|json| sought.is_at(path, json)),
            SearchPlace::Original => {
                self.resent_from.is_some_and(|id| id.to_string().starts_with(&sought.text))
            }
            SearchPlace::Id | SearchPlace::Body(_) => false,
        }
    }
}

/// Whether a delivery in memory matches, as a store's search would decide: for tests.
#[cfg(test)]
pub(crate) fn fits(filter: &Filter, details: &crate::record::Details) -> bool {
    use crate::profile::Choice as _;
    let row = &details.summary;
    let values = serde_json::to_string(details.values.members()).unwrap();
    let seen = RowFacts {
        id: row.id,
        profile_id: row.profile_id.as_str(),
        title: &row.profile_title,
        event: row.event.map(crate::profile::Choice::name),
        url: details.callback.as_ref().map(|callback| callback.url.as_str()),
        message: row.last_error.as_ref().map(|error| error.message.as_str()),
        status: row.last_status,
        class: row.last_error.as_ref().map(|error| error.class.name()),
        accepted_at: row.accepted_at.as_millisecond(),
        ended_at: row.ended_at.map(jiff::Timestamp::as_millisecond),
        was_sent_again: row.again.is_some(),
        resent_from: row.resent_from,
        values: Some(&values),
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut rest = Vec::new();
    if let Some(callback) = &details.callback {
        let headers = callback.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("webhook-id"));
        rest.extend(headers.map(|(_, value)| value.clone()));
        rest.push(text(&callback.body));
    }
    for attempt in &details.attempts {
        rest.extend(attempt.error.iter().map(|error| error.message.clone()));
        rest.extend(attempt.response_incomplete.clone());
        rest.push(text(&attempt.response_body));
    }
    filter.states().contains(&row.state)
        && filter.profile.as_ref().is_none_or(|id| row.profile_id == *id)
        && filter.before.is_none_or(|before| row.position < before)
        && RowMatcher::new(filter).matches(&seen, || Ok(rest)).unwrap()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::storage::log::status_filter::StatusFilter;

    fn seen() -> RowFacts<'static> {
        RowFacts {
            id: DeliveryId::from_bytes([0xAB; 16]),
            profile_id: "IN_00000000-0000-0000-0000-000000000007",
            title: "Grüße",
            event: Some("sms-send"),
            url: Some("https://Hooks.example/cb?id=7"),
            message: Some("500 Internal Server Error"),
            status: Some(500),
            class: Some("status"),
            accepted_at: 1_000,
            ended_at: Some(2_000),
            was_sent_again: true,
            resent_from: Some(DeliveryId::from_bytes([0xCD; 16])),
            values: Some(r#"{"ref": "Order-\"7\"/Ä", "parts": 12, "nested": {"deep": "well"}}"#),
        }
    }

    fn lets(filter: &Filter) -> bool {
        let rest = || Ok(vec!["application/json".to_owned(), "thank you".to_owned()]);
        RowMatcher::new(filter).matches(&seen(), rest).unwrap()
    }

    fn text(text: &str) -> bool {
        lets(&Filter { text: Some(text.to_owned()), ..Filter::default() })
    }

    #[test]
    fn each_word_is_looked_for_everywhere_letter_case_aside() {
        for there in
            ["GRÜ", "üße", "hooks.EXAMPLE", "?id=7", "SMS-send", "abababab-abab", "IN_0000", "1970-01"]
        {
            assert!(text(there), "{there}");
        }
        for value in
            ["order-\"7", "/ä", "12", "WELL", "thank", "you json", "\"thank you\"", "send server 5xx"]
        {
            assert!(text(value), "{value}");
        }
        for not in ["orders", "thank nobody", "\"you thank\"", "404", "babab", "1970-02", "\"abab\""] {
            assert!(!text(not), "{not}");
        }
        assert!(!text("parts") && !text("ref"), "a variable's name is no value");
    }

    #[test]
    fn a_field_is_looked_for_in_its_place_only() {
        for there in [
            "profile:grüße",
            "profile:in_0",
            "event:SMS",
            "url:hooks",
            "id:ab",
            "value.parts=12",
            "value.nested.deep:WELL",
            "state:failed status:500 class:status",
            "resent:yes",
            "resent:CDcd",
        ] {
            assert!(text(there), "{there}");
        }
        for not in [
            "profile:hooks",
            "event:grüße",
            "url:sms",
            "id:00",
            "value.parts=1",
            "value.none=12",
            "resent:no",
            "resent:ab",
            "event:thank",
        ] {
            assert!(!text(not), "{not}");
        }
        let lets = |line: &str, body: &str| {
            let filter = Filter { text: Some(line.to_owned()), ..Filter::default() };
            RowMatcher::new(&filter).matches(&seen(), || Ok(vec!["x".to_owned(), body.to_owned()])).unwrap()
        };
        assert!(lets("body.order.id=7 event:sms", r#"{"order": {"id": "7"}}"#));
        assert!(
            !lets("body.order.id=7", r#"{"order": {"id": "77"}}"#) && !lets("body.order.id=7", "order.id=7")
        );
    }

    #[test]
    fn what_is_beyond_the_row_is_read_only_where_the_row_has_it_not() {
        let read = |line: &str| {
            let filter = Filter { text: Some(line.to_owned()), ..Filter::default() };
            let mut read = false;
            let rest = || {
                read = true;
                Ok(Vec::new())
            };
            let fits = RowMatcher::new(&filter).matches(&seen(), rest).unwrap();
            (fits, read)
        };
        assert_eq!(read("grüße sms"), (true, false));
        assert_eq!(read("grüße nowhere"), (false, true));
        assert_eq!(read("404 nowhere"), (false, false), "another status decides");
        assert_eq!(read("event:voice grüße"), (false, false), "a field of the row decides");
    }

    #[test]
    fn statuses_are_read_and_one_of_them_must_fit() {
        for (text, fits) in [("500", true), ("5xx", true), ("5XX", true), ("status", true)] {
            let statuses = vec![StatusFilter::parse(text).unwrap()];
            assert_eq!(statuses[0].to_string(), text.to_lowercase());
            assert_eq!(lets(&Filter { statuses, ..Filter::default() }), fits, "{text}");
        }
        let of = |all: &[&str]| {
            let statuses = all.iter().map(|text| StatusFilter::parse(text).unwrap()).collect();
            lets(&Filter { statuses, ..Filter::default() })
        };
        assert!(of(&["timeout", "5xx"]) && !of(&["timeout", "404"]) && !of(&["501"]));
        assert!(text("timeout 5xx") && !text("timeout 404") && !text("501"));
        for bad in ["", "xx", "6xx", "0xx", "55xx", "99", "600", "5000", "+50", "late", "5x"] {
            assert_eq!(StatusFilter::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn times_are_from_and_up_to() {
        let at = |ms| Timestamp::from_millisecond(ms).ok();
        let since = |ms| lets(&Filter { since: at(ms), ..Filter::default() });
        let until = |ms| lets(&Filter { until: at(ms), ..Filter::default() });
        let ended = |ms| lets(&Filter { ended_before: at(ms), ..Filter::default() });
        assert!(since(1_000) && !since(1_001) && until(1_001) && !until(1_000));
        assert!(ended(2_001) && !ended(2_000));
    }
}
