//! Wraps text at a number of columns.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::display::displayable;

/// Lines that are filled grapheme by grapheme.
struct Lines {
    width: usize,
    full: Vec<String>,
    line: String,
    used: usize,
}

impl Lines {
    fn new(width: usize) -> Self {
        Self { width: width.max(1), full: Vec::new(), line: String::new(), used: 0 }
    }

    /// Adds a grapheme, on a new line if it does not fit on the current one.
    fn push(&mut self, grapheme: &str) {
        let columns = grapheme.width();
        if self.used + columns > self.width {
            self.end();
        }
        self.line.push_str(grapheme);
        self.used += columns;
    }

    /// Ends the current line.
    fn end(&mut self) {
        // With no room to spare: a text of a megabyte has tens of thousands of lines.
        self.full.push(self.line.as_str().to_owned());
        self.line.clear();
        self.used = 0;
    }
}

/// Text wrapped at this many columns, at blanks if possible.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Lines::new(width);
    let width = lines.width;
    for paragraph in text.split('\n') {
        for word in displayable(paragraph).split_inclusive(' ') {
            // The blank after the last word of a line may exceed its end. A word that is longer than a line, such as
            // a long URL, starts directly after the word before it.
            let columns = word.trim_end().width();
            if lines.used + columns > width && columns <= width && !lines.line.is_empty() {
                lines.line.truncate(lines.line.trim_end().len());
                lines.end();
            }
            for grapheme in word.graphemes(true) {
                if grapheme != " " || lines.used < width {
                    lines.push(grapheme);
                }
            }
        }
        lines.end();
    }
    lines.full
}

/// Text broken only at the last column, keeping every blank: no word is moved. It must be sanitized already.
#[must_use]
pub fn chop(text: &str, width: usize) -> Vec<String> {
    let mut lines = Lines::new(width);
    for paragraph in text.split('\n') {
        paragraph.graphemes(true).for_each(|grapheme| lines.push(grapheme));
        lines.end();
    }
    lines.full
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_wrapped_at_blanks() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("GET /long/path end", 9), ["GET /long", "/path end"]);
    }

    #[test]
    fn chopping_loses_nothing() {
        assert_eq!(chop("ab  cd\nx", 4), ["ab  ", "cd", "x"]);
        assert_eq!(chop("日本語", 5), ["日本", "語"]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_long(text in ".{0,40}", width in 2usize..30) {
            for line in wrap(&text, width).iter().chain(&chop(&displayable(&text), width)) {
                prop_assert!(line.width() <= width, "{}", line);
            }
            prop_assert_eq!(chop(&displayable(&text), width).concat(), displayable(&text).into_owned());
        }
    }
}
