//! Variables of a profile without a value in an event: their placeholders are not replaced, so an accidental omission
//! is reported.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::callback::Values;
use crate::profile::{Path, Profile};
use crate::text::group_digits;

/// How many variables are listed; the rest are counted.
const NAMED: usize = 12;

/// The variables that the profile uses and that have no value, in the order of the request.
#[must_use]
pub fn paths<'a>(profile: &'a Profile, values: &Values) -> Vec<&'a str> {
    paths_of(profile.placeholders(), values)
}

/// The same of these placeholders.
pub(super) fn paths_of<'a>(
    placeholders: impl IntoIterator<Item = &'a Path>,
    values: &Values,
) -> Vec<&'a str> {
    let missing = placeholders.into_iter().filter(|path| values.get(path).is_none());
    let mut paths: Vec<&str> = Vec::new();
    for path in missing.map(Path::as_str) {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// Such as `<ref>, <status>`.
pub fn named<'a>(paths: impl IntoIterator<Item = &'a str>) -> String {
    let mut all: Vec<String> = paths.into_iter().map(|path| format!("<{path}>")).collect();
    if all.len() > NAMED {
        let more = all.split_off(NAMED).len();
        return format!("{} and {more} more", all.join(", "));
    }
    all.join(", ")
}

/// The same for many events, counted.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    events: u64,
    /// Of all events. They belong to profiles, so they are few.
    paths: BTreeSet<String>,
}

impl Missing {
    /// Records the variables without a value in one event.
    pub fn note(&mut self, paths: Vec<String>) {
        self.events += u64::from(!paths.is_empty());
        self.paths.extend(paths);
    }

    /// Adds the records of other events.
    pub fn add(&mut self, others: Self) {
        self.events += others.events;
        self.paths.extend(others.paths);
    }

    /// Whether no value was missing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events == 0
    }

    /// Such as `17 events had no value for <ref>, <status>`; none if no value was missing.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let events = if self.events == 1 { "event" } else { "events" };
        let named = named(self.paths.iter().map(String::as_str));
        (self.events > 0).then(|| format!("{} {events} had no value for {named}", group_digits(self.events)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_are_counted_and_variables_listed_once() {
        let mut missing = Missing::default();
        missing.note(Vec::new());
        assert_eq!(missing.text(), None);
        missing.note(vec!["status".to_owned()]);
        assert_eq!(missing.text().as_deref(), Some("1 event had no value for <status>"));
        let mut others = Missing::default();
        others.note(vec!["status".to_owned(), "ref".to_owned()]);
        missing.add(others);
        assert_eq!(missing.text().as_deref(), Some("2 events had no value for <ref>, <status>"));
    }

    #[test]
    fn only_the_first_variables_are_listed() {
        let all: Vec<String> = (0..NAMED + 2).map(|n| n.to_string()).collect();
        let text = named(all.iter().map(String::as_str));
        assert!(text.starts_with("<0>, <1>, ") && text.ends_with("<11> and 2 more"), "{text}");
    }
}
