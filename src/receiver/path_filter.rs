//! Which requests are shown and kept: those whose path begins in one of these ways.

use std::fmt;

use super::received::Received;

/// Beginnings of paths, such as `/sms`. Without any, all requests are taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathFilter(Vec<String>);

impl PathFilter {
    /// Takes the paths that begin with one of these.
    #[must_use]
    pub fn new(beginnings: Vec<String>) -> Self {
        Self(beginnings)
    }

    /// From text with blanks between the beginnings, as a person types them: a path has no blank.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_owned).collect())
    }

    /// Whether all requests are taken.
    #[must_use]
    pub fn is_for_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a request is taken.
    #[must_use]
    pub fn takes(&self, request: &Received) -> bool {
        self.is_for_all() || self.0.iter().any(|beginning| request.path.starts_with(beginning.as_str()))
    }
}

/// As it is typed: `/sms /voice`.
impl fmt::Display for PathFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::super::received::tests::sample;
    use super::*;

    #[test]
    fn a_path_is_taken_by_its_beginning() {
        let takes = |filter: &str, path: &str| {
            PathFilter::typed(filter).takes(&Received { path: path.to_owned(), ..sample() })
        };
        assert!(takes("", "/any") && takes("/sms", "/sms/7") && takes(" /voice  /sms ", "/sms"));
        assert!(!takes("/sms", "/Sms") && !takes("/sms", "/a/sms"));
        assert_eq!(PathFilter::typed(" /voice  /sms ").to_string(), "/voice /sms");
    }
}
