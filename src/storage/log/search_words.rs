//! The words of a search for deliveries: each must match.
//!
//! The name of a state means the state, and a status such as `404`, `5xx` or `timeout` that of the last attempt; of
//! several of a kind one must match. Any other word is an id prefix, a prefix of a date or a time of day, or text. A
//! quoted part is text, whatever it contains.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::profile::Choice as _;
use crate::record::{DeliveryId, DeliveryState};
use crate::storage::log::status_filter::StatusFilter;

/// The shortest id prefix that is searched for: a shorter one matches too many.
const LEAST_ID: usize = 4;

/// A parsed search.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchWords {
    /// One of these must match, if there are any.
    pub states: Vec<DeliveryState>,
    /// One of these must match, if there are any.
    pub statuses: Vec<StatusFilter>,
    /// Each of these must match.
    pub texts: Vec<SearchTerm>,
}

/// A word, or a quoted part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchTerm {
    /// In lower case.
    pub text: String,
    /// As escaped in JSON.
    pub in_json: String,
    is_quoted: bool,
}

impl SearchWords {
    /// Parses a line.
    #[must_use]
    pub fn read(line: &str) -> Self {
        let mut words = Self::default();
        for (word, is_quoted) in split(line) {
            let state = DeliveryState::from_name(&word.to_ascii_lowercase());
            match (state, StatusFilter::parse(&word)) {
                (Some(state), _) if !is_quoted => words.states.push(state),
                (_, Some(status)) if !is_quoted => words.statuses.push(status),
                _ => words.texts.push(SearchTerm::new(&word, is_quoted)),
            }
        }
        words
    }
}

/// The lower-case texts that a search looks for: to be marked in the results.
#[must_use]
pub fn searched_texts(line: &str) -> Vec<String> {
    SearchWords::read(line).texts.into_iter().map(|sought| sought.text).collect()
}

/// Words, and whether they were quoted. An unclosed quote extends to the end.
fn split(line: &str) -> Vec<(String, bool)> {
    let mut all = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (word, after, is_quoted) = if let Some(quoted) = rest.strip_prefix('"') {
            let (word, after) = quoted.split_once('"').unwrap_or((quoted, ""));
            (word, after, true)
        } else {
            let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            (word, after, false)
        };
        if !word.trim().is_empty() {
            all.push((word.to_owned(), is_quoted));
        }
        rest = after.trim_start();
    }
    all
}

impl SearchTerm {
    fn new(word: &str, is_quoted: bool) -> Self {
        let text = word.to_lowercase();
        // A string is always valid JSON, between two quotes.
        let json = serde_json::to_string(&text).unwrap_or_default();
        let in_json = json.trim_start_matches('"').strip_suffix('"').unwrap_or(&json).to_owned();
        Self { text, in_json, is_quoted }
    }

    /// Whether it is in a text, ignoring case.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        has(text, &self.text)
    }

    /// Whether the raw JSON may contain it: most does not, and need not be parsed.
    #[must_use]
    pub fn may_be_in_json(&self, json: &str) -> bool {
        has(json, &self.in_json)
    }

    /// Whether it is a prefix of one of these ids.
    #[must_use]
    pub fn begins(&self, delivery: DeliveryId, profile: &str) -> bool {
        let ascii = self.text.as_bytes();
        if self.is_quoted || ascii.len() < LEAST_ID {
            return false;
        }
        let of_profile = profile.as_bytes().get(..ascii.len());
        of_profile.is_some_and(|start| start.eq_ignore_ascii_case(ascii))
            || (ascii.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
                && delivery.to_string().starts_with(&self.text))
    }

    /// Whether it may be the beginning of a date or of a time of day.
    #[must_use]
    pub fn may_be_time(&self) -> bool {
        let text = self.text.as_bytes();
        !self.is_quoted && (is_formed(text, b"0000-00") || is_formed(text, b"00:00"))
    }

    /// Whether it is a prefix of the date or of the time of day, as displayed in this zone.
    #[must_use]
    pub fn is_time(&self, at: i64, zone: &TimeZone) -> bool {
        let form = match self.text.as_bytes() {
            _ if self.is_quoted => return false,
            text if is_formed(text, b"0000-00") => "%Y-%m-%dt%H:%M:%S%:::z",
            text if is_formed(text, b"00:00") => "%H:%M:%S%:::z",
            _ => return false,
        };
        let Ok(at) = Timestamp::from_millisecond(at) else { return false };
        at.to_zoned(zone.clone()).strftime(form).to_string().starts_with(&self.text)
    }
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

    fn texts(line: &str) -> Vec<String> {
        searched_texts(line)
    }

    #[test]
    fn a_line_is_states_statuses_and_texts() {
        let words = SearchWords::read(" 5xx  Failed timeout order  \"404\" \"Waiting for it");
        assert_eq!(words.states, [DeliveryState::Failed]);
        assert_eq!(words.statuses.len(), 2);
        assert_eq!(texts(" 5xx order \"404\" \"Waiting for it"), ["order", "404", "waiting for it"]);
        assert_eq!(texts("\"a b\"c \"\" \" \" d\"e"), ["a b", "c", "d\"e"]);
        assert_eq!(SearchWords::read("  "), SearchWords::default());
    }

    #[test]
    fn ids_match_by_their_beginning_only() {
        let id = DeliveryId::parse("01a227ce-f9d6-755b-bd14-33471119ef66").unwrap();
        let profile = "IN_4711b3df-0000-0000-0000-000000000000";
        let begins = |word: &str| SearchWords::read(word).texts[0].begins(id, profile);
        assert!(begins("01a2") && begins("01A227CE-f9") && begins("in_4711") && begins(&id.to_string()));
        for not in ["4711", "01a", "in_", "01a227ce-f9d6-755b-bd14-33471119ef660", "order", "\"01a2\""] {
            assert!(!begins(not), "{not}");
        }
    }

    #[test]
    fn dates_and_times_of_day_match_by_their_beginning_in_a_zone() {
        let at = "2026-11-29T23:14:02.5Z".parse::<Timestamp>().unwrap().as_millisecond();
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let is = |word: &str, zone: &TimeZone| SearchWords::read(word).texts[0].is_time(at, zone);
        for there in ["2026-11", "2026-11-29", "2026-11-29T23:14", "23:14", "23:14:02"] {
            assert!(is(there, &TimeZone::UTC), "{there}");
            assert_eq!(is(there, &zone), there == "2026-11", "{there}");
        }
        assert!(is("2026-11-30T01:14", &zone) && is("01:14", &zone));
        assert!(is("01:14:02+02", &zone) && !is("01:14:02+01", &zone), "as in an hour that is repeated");
        for not in ["2026", "23", "3:14", "14:02", "2026-11-28", "\"2026-11-29\""] {
            assert!(!is(not, &TimeZone::UTC), "{not}");
        }
    }

    #[test]
    fn letter_case_is_put_aside() {
        assert!(has("Grüße", "grüße") && has("ORDER-7", "order-7") && has("abab", "ab") && has("x", ""));
        assert!(!has("orde", "order") && !has("", "x") && !has("plain", "ü"));
    }
}
