//! Where in JSON a placeholder stands: what a form makes of it depends on that.

use crate::callback::trace::Spot;

/// The place behind the text that was passed.
#[derive(Debug, Default)]
pub(super) struct Position {
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Whether a `:` was passed since the last `{` or `,` of this depth: a value follows.
    in_value: bool,
}

impl Position {
    /// Passes text that stands between placeholders. Placeholders change nothing: each is a whole
    /// value, or stands in a string.
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

    /// What a placeholder here becomes in a form.
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
    fn each_place_is_told() {
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
