//! A filter of deliveries in words, as options of a command and as the parameters of a request.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::search_times::SearchTimes;
use super::times::{GivenTime, given_time};
use crate::profile::{Choice as _, ProfileId};
use crate::record::{BulkId, DeliveryId, DeliveryState, ErrorClass};
use crate::storage::{Filter, StateFilter, StatusFilter};

/// A filter as given: times are not resolved yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Only in this state.
    pub state: Option<StateFilter>,
    /// Only of this profile.
    pub profile: Option<ProfileId>,
    /// Only if this bulk action retried it, or made it as a resend.
    pub bulk: Option<BulkId>,
    /// Only if the last attempt ended in one of these ways; empty matches all.
    pub statuses: Vec<StatusFilter>,
    /// Only accepted at this time or later.
    pub since: Option<GivenTime>,
    /// Only accepted before this time.
    pub until: Option<GivenTime>,
    /// Only if each word matches.
    pub text: Option<String>,
}

impl DeliveryFilter {
    /// The names of its parameters.
    pub const NAMES: [&'static str; 7] = ["state", "profile", "bulk", "status", "since", "until", "text"];

    /// Sets one parameter. `status` may have several values with commas, or be set repeatedly, to match any of them.
    ///
    /// # Errors
    /// A sentence about the accepted values; or the parameter is unknown, or was already set.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "state" => once(&mut self.state, state_filter(value)?),
            "profile" => once(&mut self.profile, ProfileId::parse(value).map_err(|error| error.to_string())?),
            "bulk" => once(&mut self.bulk, bulk_id(value)?),
            "status" => {
                let statuses: Result<Vec<_>, _> =
                    value.split(',').map(|one| status_filter(one.trim())).collect();
                self.statuses.extend(statuses?);
                Ok(())
            }
            "since" => once(&mut self.since, given_time(value)?),
            "until" => once(&mut self.until, given_time(value)?),
            "text" => self.search(value),
            _ => Err(format!("is unknown: use one of {}", Self::NAMES.join(", "))),
        }
    }

    /// Sets the line of a search. Its times are those of the filter.
    ///
    /// # Errors
    /// A sentence: a field has a value that it cannot have, or something was already set.
    pub fn search(&mut self, line: &str) -> Result<(), String> {
        let SearchTimes { text, since, until } = SearchTimes::read(line)?;
        for (name, place, time) in [("since", &mut self.since, since), ("until", &mut self.until, until)] {
            if let Some(time) = time {
                once(place, time).map_err(|why| format!("{name} {why}"))?;
            }
        }
        text.map_or(Ok(()), |text| once(&mut self.text, text))
    }

    /// With the line of a search while it is typed: what cannot be used of it is text.
    #[must_use]
    pub fn searching(self, line: &str) -> Self {
        let mut given = self.clone();
        match given.search(line) {
            Ok(()) => given,
            Err(_) => Self { text: Some(format!("\"{}\"", line.replace('"', " "))), ..self },
        }
    }

    /// The filter, as of `now`, with days in UTC.
    #[must_use]
    pub fn filter(self, now: Timestamp) -> Filter {
        self.filter_in(now, TimeZone::UTC)
    }

    /// The filter, as of `now`, with days and searched dates in this zone.
    #[must_use]
    pub fn filter_in(self, now: Timestamp, zone: TimeZone) -> Filter {
        let Self { state, profile, bulk, statuses, since, until, text } = self;
        Filter {
            state,
            profile,
            bulk,
            statuses,
            since: since.map(|time| time.from_in(now, &zone)),
            until: until.map(|time| time.from_in(now, &zone)),
            text,
            zone,
            ..Filter::default()
        }
    }
}

/// Sets a parameter that may be given once.
///
/// # Errors
/// It was given before.
pub fn once<T>(place: &mut Option<T>, value: T) -> Result<(), String> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err("may be given only once".to_owned()),
    }
}

/// Parses a state, or the word for several.
///
/// # Errors
/// A sentence about the accepted values.
pub fn state_filter(text: &str) -> Result<StateFilter, String> {
    let text = text.to_ascii_lowercase();
    match text.as_str() {
        "pending" => Ok(StateFilter::Pending),
        "ended" => Ok(StateFilter::Ended),
        "expired" => Ok(StateFilter::Expired),
        one => DeliveryState::from_name(one).map(StateFilter::Is).ok_or_else(|| {
            format!(
                "use {}; pending or ended for several of them; or expired for failed ones that were not sent",
                DeliveryState::names()
            )
        }),
    }
}

/// Parses how the last attempt ended.
///
/// # Errors
/// A sentence about the accepted values.
pub fn status_filter(text: &str) -> Result<StatusFilter, String> {
    StatusFilter::parse(text).ok_or_else(|| {
        format!(
            "use a status such as 404, 5xx, or one of {}; or several of them, such as 503,504",
            ErrorClass::names()
        )
    })
}

/// Parses the id of a bulk action.
///
/// # Errors
/// It is not one.
pub fn bulk_id(text: &str) -> Result<BulkId, String> {
    BulkId::parse(text)
        .ok_or_else(|| "must be the ID of a bulk action: `ringback deliveries bulk` lists them".to_owned())
}

/// Parses the full id of a delivery.
///
/// # Errors
/// It is not one.
pub fn delivery_id(text: &str) -> Result<DeliveryId, String> {
    DeliveryId::parse(text).ok_or_else(|| "must be a full delivery ID".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_become_a_filter() {
        let id = "IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa";
        let mut given = DeliveryFilter::default();
        for (name, value) in [
            ("state", "Ended"),
            ("profile", id),
            ("bulk", "00c3a91f5e20"),
            ("status", "5xx"),
            ("status", "404, timeout"),
            ("since", "2h"),
            ("until", "2025-04-17"),
            ("text", "order 7"),
        ] {
            assert_eq!(given.set(name, value), Ok(()), "{name}");
        }
        let filter = given.filter("2025-04-17T14:00:00Z".parse().unwrap());
        assert_eq!(filter.state, Some(StateFilter::Ended));
        assert_eq!(filter.profile.unwrap().as_str(), id);
        assert_eq!(filter.bulk, BulkId::parse("00c3a91f5e20"));
        let statuses: Vec<String> = filter.statuses.iter().map(ToString::to_string).collect();
        assert_eq!(statuses, ["5xx", "404", "timeout"]);
        assert_eq!(filter.since.unwrap().to_string(), "2025-04-17T12:00:00Z");
        assert_eq!(filter.until.unwrap().to_string(), "2025-04-17T00:00:00Z");
        assert_eq!(filter.text.as_deref(), Some("order 7"));
    }

    #[test]
    fn errors_name_the_accepted_values() {
        for (name, value, expected) in [
            ("state", "gone", "use queued, waiting, delivered"),
            ("profile", "Order SMS", "IN_"),
            ("bulk", "c3a91f5e20", "must be the ID of a bulk action"),
            ("status", "late", "use a status such as 404"),
            ("status", "503,late", "use a status such as 404"),
            ("status", "503,", "use a status such as 404"),
            ("since", "soon", "is not a time"),
            ("text", "status:late", "use a status such as 404"),
            ("colour", "red", "use one of state, profile, bulk, status, since, until, text"),
        ] {
            let error = DeliveryFilter::default().set(name, value).unwrap_err();
            assert!(error.contains(expected), "{name}: {error}");
        }
        let mut given = DeliveryFilter::default();
        given.set("text", "a").unwrap();
        assert_eq!(given.set("text", "b"), Err("may be given only once".to_owned()));
    }
}
