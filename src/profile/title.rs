//! A profile's title.

use std::fmt;

use super::sizes;

/// 3 to 100 of: ASCII letters, digits, spaces, hyphens, underscores.
///
/// The characters are from the seed, the minimum length from a public page, the maximum is our decision.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Title(String);

impl Title {
    /// The minimum length in characters.
    pub const MIN: usize = 3;
    /// The maximum length in characters.
    pub const MAX: usize = sizes::TITLE;

    /// Parses a title; surrounding spaces are dropped.
    ///
    /// # Errors
    /// The sentence to show beside the field.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("enter a title".to_owned());
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_');
        if let Some(bad) = text.chars().find(|&c| !allowed(c)) {
            return Err(format!(
                "{} is not allowed: A to Z, digits, spaces, hyphens and underscores only",
                shown(bad)
            ));
        }
        let length = text.len();
        if length < Self::MIN {
            return Err(format!("at least {} characters ({length} so far)", Self::MIN));
        }
        if length > Self::MAX {
            return Err(format!("{length} characters, {} at most", Self::MAX));
        }
        Ok(Self(text.to_owned()))
    }

    /// The title as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A character for a message: itself, or its code if it would be invisible.
pub(super) fn shown(c: char) -> String {
    if c.is_control() || (c.is_whitespace() && c != ' ') {
        format!("U+{:04X}", u32::from(c))
    } else {
        format!("'{c}'")
    }
}

impl fmt::Display for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_and_one_past_them() {
        assert!(Title::parse("abc").is_ok());
        assert_eq!(Title::parse("ab").unwrap_err(), "at least 3 characters (2 so far)");
        assert!(Title::parse(&"x".repeat(100)).is_ok());
        assert_eq!(Title::parse(&"x".repeat(101)).unwrap_err(), "101 characters, 100 at most");
    }

    #[test]
    fn only_the_seeds_characters() {
        assert!(Title::parse("Order_SMS - 2").is_ok());
        for bad in ["Prüfung", "a<b>c", "tab\there", "dots..."] {
            assert!(Title::parse(bad).unwrap_err().contains("not allowed"), "{bad}");
        }
        assert!(Title::parse("tab\there").unwrap_err().starts_with("U+0009"));
    }
}
