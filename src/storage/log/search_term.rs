//! A text that a search looks for, and where it looks.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::callback::Values;
use crate::profile::Path;
use crate::record::DeliveryId;

/// The shortest id prefix that is searched for without a field: a shorter one matches too many.
const LEAST_ID: usize = 4;

/// Where a text must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchPlace {
    /// In title, event, URL, headers, body, a value, a message or a response; or it is the beginning of an ID, of a
    /// date or of a time.
    Anywhere,
    /// In the profile's title, or at the start of its ID.
    Profile,
    /// In the name of the event.
    Event,
    /// At the start of the delivery's ID.
    Id,
    /// In the URL.
    Url,
    /// At the start of the ID of the delivery that it resends.
    Original,
    /// It is the value at this path.
    Value(Path),
    /// It is what a JSON body, of the request or of a response, has at this path.
    Body(Path),
}

/// A text that a search looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchTerm {
    /// In lower case.
    pub text: String,
    /// As escaped in JSON.
    pub in_json: String,
    /// Where it must be.
    pub place: SearchPlace,
    is_quoted: bool,
}

impl SearchTerm {
    /// A text that must be there. Quoted, it is only text.
    #[must_use]
    pub fn new(text: &str, place: SearchPlace, is_quoted: bool) -> Self {
        let text = text.to_lowercase();
        // A string is always valid JSON, between two quotes.
        let json = serde_json::to_string(&text).unwrap_or_default();
        let in_json = json.trim_start_matches('"').strip_suffix('"').unwrap_or(&json).to_owned();
        Self { text, in_json, place, is_quoted }
    }

    /// Whether it is in a text, ignoring case.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        has(text, &self.text)
    }

    /// Whether it is in a value of this JSON: a variable's name does not count.
    #[must_use]
    pub fn is_in_value(&self, json: &str) -> bool {
        // Most does not have it, and need not be parsed.
        has(json, &self.in_json)
            && Values::parse(json)
                .is_ok_and(|values| values.members().values().any(|value| self.is_in(&text_of(value))))
    }

    /// Whether it is what an object has at a path.
    #[must_use]
    pub fn is_at(&self, path: &Path, json: &str) -> bool {
        let at = |values: Values| values.get(path).is_some_and(|value| self.is(&text_of(value)));
        json.trim_start().starts_with('{') && Values::parse(json).is_ok_and(at)
    }

    /// Whether it is this text, ignoring case.
    fn is(&self, text: &str) -> bool {
        text.len() == self.text.len() && self.is_in(text) || text.to_lowercase() == self.text
    }

    /// Whether data outside the row of a delivery can have it.
    #[must_use]
    pub fn is_beyond_row(&self) -> bool {
        matches!(self.place, SearchPlace::Anywhere | SearchPlace::Body(_))
    }

    /// Whether it may be a prefix of one of these ids.
    #[must_use]
    pub fn begins(&self, delivery: DeliveryId, profile: &str) -> bool {
        let ascii = self.text.as_bytes();
        let of_delivery = || {
            ascii.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
                && delivery.to_string().starts_with(&self.text)
        };
        let of_profile =
            || profile.as_bytes().get(..ascii.len()).is_some_and(|start| start.eq_ignore_ascii_case(ascii));
        match self.place {
            SearchPlace::Anywhere if self.is_quoted || ascii.len() < LEAST_ID => false,
            SearchPlace::Anywhere => of_profile() || of_delivery(),
            SearchPlace::Profile => of_profile(),
            SearchPlace::Id => of_delivery(),
            _ => false,
        }
    }

    /// Whether it may be the beginning of a date or of a time of day.
    #[must_use]
    pub fn may_be_time(&self) -> bool {
        let text = self.text.as_bytes();
        self.place == SearchPlace::Anywhere
            && !self.is_quoted
            && (is_formed(text, b"0000-00") || is_formed(text, b"00:00"))
    }

    /// Whether it is a prefix of the date or of the time of day, as displayed in this zone.
    #[must_use]
    pub fn is_time(&self, at: i64, zone: &TimeZone) -> bool {
        if !self.may_be_time() {
            return false;
        }
        let is_date = is_formed(self.text.as_bytes(), b"0000-00");
        let form = if is_date { "%Y-%m-%dt%H:%M:%S%:::z" } else { "%H:%M:%S%:::z" };
        let Ok(at) = Timestamp::from_millisecond(at) else { return false };
        at.to_zoned(zone.clone()).strftime(form).to_string().starts_with(&self.text)
    }
}

/// A value as sent: a string without its quotes.
fn text_of(value: &Value) -> Cow<'_, str> {
    value.as_str().map_or_else(|| value.to_string().into(), Cow::from)
}

/// Whether a text has digits where this form has zeros, and is equal to it elsewhere.
fn is_formed(text: &[u8], form: &[u8]) -> bool {
    let fits = |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
    text.len() >= form.len() && text.iter().zip(form).all(fits)
}

/// Whether a text contains another one, which is in lower case and not empty.
fn has(text: &str, lower: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().contains(lower);
    }
    let sought = lower.as_bytes();
    let Some((first, rest)) = sought.split_first() else { return true };
    let text = text.as_bytes();
    let last = (text.len() + 1).saturating_sub(sought.len());
    (0..last).any(|at| {
        text[at].to_ascii_lowercase() == *first && text[at + 1..at + sought.len()].eq_ignore_ascii_case(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anywhere(text: &str) -> SearchTerm {
        SearchTerm::new(text, SearchPlace::Anywhere, false)
    }

    #[test]
    fn ids_match_by_their_beginning_only() {
        let id = DeliveryId::parse("01a227ce-f9d6-755b-bd14-33471119ef66").unwrap();
        let profile = "IN_4711b3df-0000-0000-0000-000000000000";
        let begins = |word: &str| anywhere(word).begins(id, profile);
        assert!(begins("01a2") && begins("01A227CE-f9") && begins("in_4711") && begins(&id.to_string()));
        for not in ["4711", "01a", "in_", "01a227ce-f9d6-755b-bd14-33471119ef660", "order"] {
            assert!(!begins(not), "{not}");
        }
        assert!(!SearchTerm::new("01a2", SearchPlace::Anywhere, true).begins(id, profile), "quoted");
        let at = |text: &str, place| SearchTerm::new(text, place, false).begins(id, profile);
        assert!(at("01a", SearchPlace::Id) && !at("in_4711", SearchPlace::Id));
        assert!(at("IN_", SearchPlace::Profile) && !at("01a2", SearchPlace::Profile));
        assert!(!at("01a2", SearchPlace::Url));
    }

    #[test]
    fn dates_and_times_of_day_match_by_their_beginning_in_a_zone() {
        let at = "2026-11-29T23:14:02.5Z".parse::<Timestamp>().unwrap().as_millisecond();
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let is = |word: &str, zone: &TimeZone| anywhere(word).is_time(at, zone);
        for there in ["2026-11", "2026-11-29", "2026-11-29T23:14", "23:14", "23:14:02"] {
            assert!(is(there, &TimeZone::UTC), "{there}");
            assert_eq!(is(there, &zone), there == "2026-11", "{there}");
        }
        assert!(is("2026-11-30T01:14", &zone) && is("01:14", &zone));
        assert!(is("01:14:02+02", &zone) && !is("01:14:02+01", &zone), "as in an hour that is repeated");
        for not in ["2026", "23", "3:14", "14:02", "2026-11-28"] {
            assert!(!is(not, &TimeZone::UTC), "{not}");
        }
        for place in [SearchPlace::Url, SearchPlace::Event] {
            assert!(!SearchTerm::new("2026-11-29", place, false).is_time(at, &TimeZone::UTC));
        }
        assert!(!SearchTerm::new("2026-11-29", SearchPlace::Anywhere, true).is_time(at, &TimeZone::UTC));
    }

    #[test]
    fn a_value_at_a_path_is_equal_letter_case_aside() {
        let json = r#"{"id": 4711, "Ref": "Übung \"7\"", "a": {"b": [true, "x"]}}"#;
        let is = |path: &str, text: &str| {
            let path = Path::parse(path).unwrap();
            SearchTerm::new(text, SearchPlace::Value(path.clone()), false).is_at(&path, json)
        };
        assert!(is("id", "4711") && is("Ref", "übung \"7\"") && is("a.b[1]", "X") && is("a.b[0]", "true"));
        assert!(!is("id", "471") && !is("id", "47110") && !is("ref", "übung \"7\"") && !is("a.c", "x"));
        let path = Path::parse("id").unwrap();
        assert!(!SearchTerm::new("1", SearchPlace::Body(path.clone()), false).is_at(&path, "id=1"));
    }

    #[test]
    fn letter_case_is_put_aside() {
        assert!(has("Grüße", "grüße") && has("ORDER-7", "order-7") && has("abab", "ab") && has("x", ""));
        assert!(!has("orde", "order") && !has("", "x") && !has("plain", "ü"));
    }
}
