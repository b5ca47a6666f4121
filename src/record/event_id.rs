//! The id that a caller gives an event, so that a repeated one is accepted once.

use std::fmt;

/// The caller's own id of an event: 1 to 255 bytes without control characters. Unique within its profile for 24 hours.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(String);

/// Why a text is not an [`EventId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadEventId {
    /// It is empty.
    #[error("event_id is empty: give each event an id of its own, or omit event_id")]
    Empty,
    /// It has this many bytes.
    #[error("event_id has {0} bytes; at most {max} are allowed", max = EventId::LONGEST)]
    TooLong(usize),
    /// It has a control character, such as a line feed.
    #[error("event_id has a control character: use printable characters only")]
    Control,
}

impl EventId {
    /// The most bytes of an id (our decision).
    pub const LONGEST: usize = 255;

    /// An id, exactly as given.
    ///
    /// # Errors
    /// It is empty or too long, or has a control character.
    pub fn parse(text: String) -> Result<Self, BadEventId> {
        match text.len() {
            0 => Err(BadEventId::Empty),
            length if length > Self::LONGEST => Err(BadEventId::TooLong(length)),
            _ if text.chars().any(char::is_control) => Err(BadEventId::Control),
            _ => Ok(Self(text)),
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_kept_as_given_or_refused_with_the_reason() {
        let parse = |text: &str| EventId::parse(text.to_owned());
        for valid in ["7", " a b ", "orders/2026-11-30#1", "é", &"x".repeat(255)] {
            assert_eq!(parse(valid).unwrap().as_str(), valid);
        }
        assert_eq!(parse(""), Err(BadEventId::Empty));
        assert_eq!(parse(&"é".repeat(128)), Err(BadEventId::TooLong(256)));
        for control in ["a\nb", "\0", "\u{7f}", "\u{85}"] {
            assert_eq!(parse(control), Err(BadEventId::Control), "{control:?}");
        }
        assert_eq!(BadEventId::TooLong(256).to_string(), "event_id has 256 bytes; at most 255 are allowed");
    }
}
