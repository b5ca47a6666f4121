//! The words of a search for deliveries: each must match.
//!
//! The name of a state means the state, and a status such as `404`, `5xx` or `timeout` that of the last attempt; of
//! several of a kind one must match. A field such as `event:sms-send` says where to look. Any other word is an id
//! prefix, a prefix of a date or a time of day, or text. A quoted part is text, whatever it contains.

use crate::profile::{Choice as _, Path};
use crate::record::{DeliveryState, ErrorClass};
use crate::storage::log::search_line::{LineWord, SearchField, words};
use crate::storage::log::search_term::{SearchPlace, SearchTerm};
use crate::storage::log::status_filter::StatusFilter;

/// A parsed search.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchWords {
    /// One of these must match, if there are any.
    pub states: Vec<DeliveryState>,
    /// One of these must match, if there are any.
    pub statuses: Vec<StatusFilter>,
    /// Whether it must have been resent, or must not.
    pub was_resent: Option<bool>,
    /// Each of these must match.
    pub texts: Vec<SearchTerm>,
    /// Why fields cannot be used: a sentence for each. They are searched for as text.
    pub faults: Vec<String>,
}

impl SearchWords {
    /// Parses a line. Its times (`since:`, `until:`) are left out: who filters knows the current time.
    #[must_use]
    pub fn read(line: &str) -> Self {
        let mut found = Self::default();
        for word in words(line) {
            match word.field {
                Some(SearchField::Since | SearchField::Until) => {}
                // It is being typed.
                Some(_) if word.text.is_empty() => {}
                Some(field) => {
                    if let Err(why) = found.add(field, &word) {
                        found.faults.push(format!("{}: {why}", word.raw));
                        found.texts.push(SearchTerm::new(word.raw, SearchPlace::Anywhere, true));
                    }
                }
                None => found.add_plain(&word),
            }
        }
        found
    }

    fn add_plain(&mut self, LineWord { text, is_quoted, .. }: &LineWord<'_>) {
        let state = DeliveryState::from_name(&text.to_ascii_lowercase());
        match (state, StatusFilter::parse(text)) {
            (Some(state), _) if !is_quoted => self.states.push(state),
            (_, Some(status)) if !is_quoted => self.statuses.push(status),
            _ => self.texts.push(SearchTerm::new(text, SearchPlace::Anywhere, *is_quoted)),
        }
    }

    fn add(&mut self, field: SearchField<'_>, word: &LineWord<'_>) -> Result<(), String> {
        let text = word.text;
        let path = |path: &str| Path::parse(path).ok_or("use a path such as value.order.items[0].id");
        let place = match field {
            SearchField::State => return self.add_state(&text.to_ascii_lowercase()),
            SearchField::Status => {
                let why = "use a status such as 404 or 5xx, a class such as timeout, or several: 503,504";
                let statuses: Option<Vec<_>> = text.split(',').map(StatusFilter::parse).collect();
                self.statuses.extend(statuses.ok_or(why)?);
                return Ok(());
            }
            SearchField::Class => {
                let class = |name: &str| ErrorClass::from_name(&name.to_ascii_lowercase());
                let classes: Option<Vec<_>> = text.split(',').map(class).collect();
                let why = || format!("use one of {}, or several with commas", ErrorClass::names());
                self.statuses.extend(classes.ok_or_else(why)?.into_iter().map(StatusFilter::Error));
                return Ok(());
            }
            SearchField::Profile => SearchPlace::Profile,
            SearchField::Event => SearchPlace::Event,
            SearchField::Id if is_of_id(text) => SearchPlace::Id,
            SearchField::Id => return Err("use the beginning of a delivery's ID".to_owned()),
            SearchField::Url => SearchPlace::Url,
            SearchField::Resent => match text.to_ascii_lowercase().as_str() {
                word @ ("yes" | "no") => {
                    self.was_resent = Some(word == "yes");
                    return Ok(());
                }
                id if is_of_id(id) => SearchPlace::Original,
                _ => return Err("use yes, no, or the beginning of the original's ID".to_owned()),
            },
            SearchField::Value(at) => SearchPlace::Value(path(at)?),
            SearchField::Body(at) => SearchPlace::Body(path(at)?),
            SearchField::Since | SearchField::Until => return Ok(()),
        };
        self.texts.push(SearchTerm::new(text, place, word.is_quoted));
        Ok(())
    }

    fn add_state(&mut self, name: &str) -> Result<(), String> {
        match name {
            "pending" => self.states.extend(DeliveryState::ALL.iter().filter(|state| state.is_pending())),
            "ended" => self.states.extend(DeliveryState::ALL.iter().filter(|state| !state.is_pending())),
            "expired" => {
                self.states.push(DeliveryState::Failed);
                self.statuses.push(StatusFilter::Error(ErrorClass::Expired));
            }
            one => {
                let why = || format!("use {}, pending, ended or expired", DeliveryState::names());
                self.states.push(DeliveryState::from_name(one).ok_or_else(why)?);
            }
        }
        Ok(())
    }
}

/// Whether a text may be the beginning of a delivery's ID.
fn is_of_id(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// The lower-case texts that a search looks for: to be marked in the results.
#[must_use]
pub fn searched_texts(line: &str) -> Vec<String> {
    SearchWords::read(line).texts.into_iter().map(|sought| sought.text).collect()
}

/// Why fields of a search cannot be used: a sentence for each.
#[must_use]
pub fn search_faults(line: &str) -> Vec<String> {
    SearchWords::read(line).faults
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
        assert_eq!(SearchWords::read("  "), SearchWords::default());
    }

    #[test]
    fn fields_say_where_to_look() {
        let words = SearchWords::read(
            "state:Failed status:5xx class:timeout profile:\"Order SMS\" event:sms id:01a2 value.id=4711 since:2h until:",
        );
        assert_eq!((words.states.len(), words.statuses.len()), (1, 2));
        let places: Vec<_> = words.texts.iter().map(|term| (&term.text[..], &term.place)).collect();
        let value = SearchPlace::Value(Path::parse("id").unwrap());
        assert_eq!(
            places,
            [
                ("order sms", &SearchPlace::Profile),
                ("sms", &SearchPlace::Event),
                ("01a2", &SearchPlace::Id),
                ("4711", &value)
            ]
        );
        assert!(words.faults.is_empty(), "{words:?}");
        assert_eq!(
            SearchWords::read("state:pending").states,
            [DeliveryState::Queued, DeliveryState::Waiting]
        );
        let several = SearchWords::read("status:503,5xx,timeout class:tls,dns");
        assert_eq!((several.statuses.len(), several.faults.len()), (5, 0));
        let expired = SearchWords::read("state:expired");
        assert_eq!((expired.states.len(), expired.statuses.len()), (1, 1));
        assert_eq!(SearchWords::read("status: class:"), SearchWords::default(), "being typed");
    }

    #[test]
    fn a_field_that_cannot_be_used_is_text_and_says_why() {
        for (line, part) in [
            ("status:late", "status:late: use a status such as 404"),
            ("status:503,late", "status:503,late: use a status such as 404"),
            ("class:tls,", "class:tls,: use one of timeout, connect"),
            ("class:slow", "class:slow: use one of timeout, connect"),
            ("state:gone", "state:gone: use queued, waiting"),
            ("value.1=2", "value.1=2: use a path"),
            ("id:order", "id:order: use the beginning of a delivery's ID"),
            ("resent:maybe", "resent:maybe: use yes, no, or the beginning of the original's ID"),
        ] {
            let words = SearchWords::read(line);
            assert_eq!(words.texts.iter().map(|term| &term.text).collect::<Vec<_>>(), [line]);
            assert!(words.faults.len() == 1 && words.faults[0].starts_with(part), "{:?}", words.faults);
        }
    }
}
