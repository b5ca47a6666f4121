//! The position of a placeholder in JSON, which decides how a form represents it.

use crate::callback::trace::Spot;

/// The position after the text so far.
#[derive(Debug, Default)]
pub(super) struct Position {
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Whether a `:` was passed since the last `{` or `,` at this depth: a value follows.
    in_value: bool,
}

impl Position {
    /// Advances over text between placeholders. Placeholders change nothing: each is a whole value, or part of a
    /// string.
    pub(super) fn pass(&mut self, text: &str) {
        for c in text.chars() {
            if self.in_string {
                self.in_string = c != '"' || self.escaped;
                self.escaped = c == '\\' && !self.escaped;
                continue;
            }
            match c {
                '"' => self.in_string = true,
                '{' | '[' => (self.depth, self.in_value) = (self.depth + 1, false),
                '}' | ']' => self.depth = self.depth.saturating_sub(1),
                ':' => self.in_value = true,
                ',' => self.in_value = false,
                _ => {}
            }
        }
    }

    /// How a form represents a placeholder at this position.
    pub(super) fn spot(&self) -> Spot {
        match self.depth {
            0 => Spot::Whole,
            1 if self.in_value => Spot::Value,
            1 => Spot::Name,
            _ => Spot::Nested,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_position_is_reported() {
        for (before, spot) in [
            ("", Spot::Whole),
            ("{\"", Spot::Name),
            ("{\"a\": ", Spot::Value),
            ("{\"a\": \"x\\\"{ ", Spot::Value),
            ("{\"a\": {\"b\": 1}, \"", Spot::Name),
            ("{\"a\": [", Spot::Nested),
            ("{\"a\": [1, {\"", Spot::Nested),
            ("{\"a\": [1], \"b\": \"", Spot::Value),
        ] {
            let mut position = Position::default();
            position.pass(before);
            assert_eq!(position.spot(), spot, "{before}");
        }
    }
}
