//! A text as lines, and positions in it. Pure. A position is always between graphemes.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation as _};

/// A position in a text: the line, and the byte in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// Lines before it.
    pub line: usize,
    /// Bytes of its line before it.
    pub byte: usize,
}

impl Place {
    /// The end of a text that starts here.
    #[must_use]
    pub fn after(self, text: &str) -> Self {
        match text.rsplit_once('\n') {
            None => Self { line: self.line, byte: self.byte + text.len() },
            Some((before, last)) => {
                Self { line: self.line + before.matches('\n').count() + 1, byte: last.len() }
            }
        }
    }
}

/// A replacement, which can be undone.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// Where it starts.
    pub at: Place,
    /// The text before the change.
    pub removed: String,
    /// The text after the change.
    pub inserted: String,
}

impl Change {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.removed == self.inserted
    }
}

/// Lines of text, at least one.
#[derive(Clone, PartialEq, Eq)]
pub struct Text(Vec<String>);

impl Text {
    /// Splits a text at its `\n`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.split('\n').map(str::to_owned).collect())
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.0
    }

    /// The index of the last line.
    #[must_use]
    pub fn last_line(&self) -> usize {
        self.0.len() - 1
    }

    /// A line; empty after the last one.
    #[must_use]
    pub fn line(&self, at: usize) -> &str {
        self.0.get(at).map_or("", String::as_str)
    }

    /// After the last character.
    #[must_use]
    pub fn end(&self) -> Place {
        let line = self.last_line();
        Place { line, byte: self.line(line).len() }
    }

    /// The text between two positions in ascending order.
    #[must_use]
    pub fn between(&self, from: Place, to: Place) -> String {
        if from.line == to.line {
            return self.line(from.line)[from.byte..to.byte].to_owned();
        }
        let mut out = self.line(from.line)[from.byte..].to_owned();
        for line in &self.0[from.line + 1..to.line] {
            out.push('\n');
            out.push_str(line);
        }
        out.push('\n');
        out.push_str(&self.line(to.line)[..to.byte]);
        out
    }

    /// Replaces the text between two positions.
    pub fn replace(&mut self, from: Place, to: Place, text: &str) -> Change {
        let change = Change { at: from, removed: self.between(from, to), inserted: text.to_owned() };
        if from.line == to.line && !text.contains('\n') {
            self.0[from.line].replace_range(from.byte..to.byte, text);
        } else {
            let whole =
                format!("{}{text}{}", &self.line(from.line)[..from.byte], &self.line(to.line)[to.byte..]);
            self.0.splice(from.line..=to.line, whole.split('\n').map(str::to_owned));
        }
        change
    }

    /// Undoes the most recent change.
    pub fn undo(&mut self, change: &Change) {
        self.replace(change.at, change.at.after(&change.inserted), &change.removed);
    }

    /// Redoes the change that was undone most recently.
    pub fn redo(&mut self, change: &Change) {
        self.replace(change.at, change.at.after(&change.removed), &change.inserted);
    }

    /// The position itself, or the end of the grapheme that it is inside of: typed text may have joined with the text
    /// after it.
    #[must_use]
    pub fn between_graphemes(&self, place: Place) -> Place {
        let line = self.line(place.line);
        let byte = place.byte.min(line.len());
        let mut cursor = GraphemeCursor::new(byte, line.len(), true);
        // The whole line is available, so neither call can ask for more of it.
        let byte = match cursor.is_boundary(line, 0) {
            Ok(false) => cursor.next_boundary(line, 0).ok().flatten().unwrap_or(line.len()),
            _ => byte,
        };
        Place { line: place.line, byte }
    }

    /// The grapheme before a position on its line.
    #[must_use]
    pub fn grapheme_before(&self, place: Place) -> Option<&str> {
        self.line(place.line)[..place.byte].graphemes(true).next_back()
    }

    /// The grapheme after a position on its line.
    #[must_use]
    pub fn grapheme_behind(&self, place: Place) -> Option<&str> {
        self.line(place.line)[place.byte..].graphemes(true).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(line: usize, byte: usize) -> Place {
        Place { line, byte }
    }

    #[test]
    fn replacing_joins_and_splits_lines() {
        let mut text = Text::new("one\ntwo\nthree");
        let change = text.replace(place(0, 2), place(2, 1), "X\nY");
        assert_eq!(text.lines(), ["onX", "Yhree"]);
        assert_eq!(change.removed, "e\ntwo\nt");
        text.undo(&change);
        assert_eq!(text.lines(), ["one", "two", "three"]);
        text.redo(&change);
        assert_eq!(text.lines(), ["onX", "Yhree"]);
    }

    #[test]
    fn a_position_is_never_inside_a_grapheme() {
        let text = Text::new("e\u{301}x");
        assert_eq!(text.between_graphemes(place(0, 1)), place(0, 3));
        assert_eq!(text.between_graphemes(place(0, 3)), place(0, 3));
        assert_eq!(text.between_graphemes(place(0, 99)), place(0, 4));
        assert_eq!(text.grapheme_before(place(0, 3)), Some("e\u{301}"));
        assert_eq!(text.grapheme_behind(place(0, 4)), None);
    }

    proptest! {
        #[test]
        fn a_change_can_be_undone_and_redone(
            before in "[ab\n]{0,20}", inserted in "[cd\n]{0,8}", a in 0usize..20, b in 0usize..20,
        ) {
            let (a, b) = (a.min(before.len()), b.min(before.len()));
            let (from, to) = (a.min(b), a.max(b));
            let mut text = Text::new(&before);
            let start = Place::default();
            let change = text.replace(start.after(&before[..from]), start.after(&before[..to]), &inserted);
            let after = format!("{}{inserted}{}", &before[..from], &before[to..]);
            prop_assert!(text == Text::new(&after));
            text.undo(&change);
            prop_assert!(text == Text::new(&before));
            text.redo(&change);
            prop_assert!(text == Text::new(&after));
        }
    }
}
