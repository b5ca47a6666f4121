//! The times in the line of a search: `since:2h`, `until:today`.

use super::times::{GivenTime, given_time};
use crate::storage::{SearchField, search_faults, search_line};

/// A line without its times, and those.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SearchTimes {
    /// The rest of the line; none if nothing is left.
    pub text: Option<String>,
    /// Only accepted then or later.
    pub since: Option<GivenTime>,
    /// Only accepted before then.
    pub until: Option<GivenTime>,
}

impl SearchTimes {
    /// Reads a line.
    ///
    /// # Errors
    /// A sentence: a field has a value that it cannot have, or a time is given twice.
    pub fn read(line: &str) -> Result<Self, String> {
        if let Some(why) = search_faults(line).into_iter().next() {
            return Err(format!("{why}; in quotes it is text"));
        }
        let mut found = Self::default();
        let mut rest = Vec::new();
        for word in search_line(line) {
            let place = match word.field {
                Some(SearchField::Since) => &mut found.since,
                Some(SearchField::Until) => &mut found.until,
                _ => {
                    rest.push(word.raw);
                    continue;
                }
            };
            if word.text.is_empty() {
                continue;
            }
            let time = given_time(word.text).map_err(|why| format!("{}: {why}", word.raw))?;
            if place.replace(time).is_some() {
                return Err(format!("{}: may be given only once", word.raw));
            }
        }
        found.text = (!rest.is_empty()).then(|| rest.join(" "));
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_leave_the_line() {
        let found =
            SearchTimes::read("5xx since:2h profile:\"Order SMS\" until:2025-04-17 \"since:x\"").unwrap();
        assert_eq!(found.text.as_deref(), Some("5xx profile:\"Order SMS\" \"since:x\""));
        assert_eq!((found.since, found.until), (given_time("2h").ok(), given_time("2025-04-17").ok()));
        assert_eq!(SearchTimes::read("since:"), Ok(SearchTimes::default()), "being typed");
    }

    #[test]
    fn a_value_that_a_field_cannot_have_is_an_error() {
        for (line, part) in [
            ("since:soon", "since:soon: 'soon' is not a time"),
            ("since:2h since:3h", "since:3h: may be given only once"),
            ("x status:late", "status:late: use a status such as 404"),
        ] {
            let why = SearchTimes::read(line).unwrap_err();
            assert!(why.starts_with(part), "{line}: {why}");
        }
        assert!(SearchTimes::read("\"status:late\"").is_ok());
    }
}
