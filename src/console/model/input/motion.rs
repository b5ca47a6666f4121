//! Cursor motions: by graphemes, words, lines and columns.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::text::displayable_grapheme;

use super::text::{Place, Text};

/// A motion of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named for where they lead")]
pub enum Motion {
    Left,
    Right,
    WordLeft,
    WordRight,
    LineStart,
    LineEnd,
    Up,
    Down,
    PageUp,
    PageDown,
    Start,
    End,
}

/// The character class of a grapheme: a word motion passes adjacent graphemes of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    Word,
    Sign,
}

fn class(grapheme: &str) -> Class {
    match grapheme.chars().next() {
        Some(c) if c.is_whitespace() => Class::Blank,
        Some(c) if c.is_alphanumeric() || c == '_' => Class::Word,
        _ => Class::Sign,
    }
}

/// The previous position, across line starts.
pub fn left(text: &Text, at: Place) -> Place {
    match text.grapheme_before(at) {
        Some(grapheme) => Place { byte: at.byte - grapheme.len(), ..at },
        None if at.line > 0 => Place { line: at.line - 1, byte: text.line(at.line - 1).len() },
        None => at,
    }
}

/// The next position, across line ends.
pub fn right(text: &Text, at: Place) -> Place {
    match text.grapheme_behind(at) {
        Some(grapheme) => Place { byte: at.byte + grapheme.len(), ..at },
        None if at.line < text.last_line() => Place { line: at.line + 1, byte: 0 },
        None => at,
    }
}

/// The start of the previous word; at the start of a line, the end of the line above.
pub fn word_left(text: &Text, at: Place) -> Place {
    if at.byte == 0 {
        return left(text, at);
    }
    let before = &text.line(at.line)[..at.byte];
    let graphemes = before.graphemes(true).rev();
    Place { byte: at.byte - passed(graphemes), ..at }
}

/// The end of the next word; at the end of a line, the start of the next line.
pub fn word_right(text: &Text, at: Place) -> Place {
    let behind = &text.line(at.line)[at.byte..];
    if behind.is_empty() {
        return right(text, at);
    }
    Place { byte: at.byte + passed(behind.graphemes(true)), ..at }
}

/// The length in bytes of the leading blanks and of the word or punctuation after them.
fn passed<'a>(graphemes: impl Iterator<Item = &'a str>) -> usize {
    let mut of = Class::Blank;
    let mut bytes = 0;
    for grapheme in graphemes {
        let class = class(grapheme);
        if of == Class::Blank {
            of = class;
        } else if class != of {
            break;
        }
        bytes += grapheme.len();
    }
    bytes
}

/// The column of a position on the screen.
pub fn column(text: &Text, at: Place) -> usize {
    width(&text.line(at.line)[..at.byte])
}

/// The columns that a text occupies in a field.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.graphemes(true).map(|g| displayable_grapheme(g).width()).sum()
    }
}

/// The position on a line that is nearest to a column, but not after it.
pub fn at_column(text: &Text, line: usize, wanted: usize) -> Place {
    let mut column = 0;
    let mut byte = 0;
    for grapheme in text.line(line).graphemes(true) {
        column += width(grapheme);
        if column > wanted {
            break;
        }
        byte += grapheme.len();
    }
    Place { line, byte }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stops(line: &str, step: fn(&Text, Place) -> Place, from: usize) -> Vec<usize> {
        let text = Text::new(line);
        let mut at = Place { line: 0, byte: from };
        let mut stops = Vec::new();
        loop {
            let next = step(&text, at);
            if next == at {
                return stops;
            }
            at = next;
            stops.push(at.byte);
        }
    }

    #[test]
    fn word_motions_stop_at_word_boundaries() {
        let url = "https://a.example/x_1?id=<id>";
        assert_eq!(stops(url, word_right, 0), [5, 8, 9, 10, 17, 18, 21, 22, 24, 26, 28, 29]);
        assert_eq!(stops(url, word_left, url.len()), [28, 26, 24, 22, 21, 18, 17, 10, 9, 8, 5, 0]);
        assert_eq!(stops("one  two ", word_right, 0), [3, 8, 9]);
        assert_eq!(stops("one  two ", word_left, 9), [5, 0]);
    }

    #[test]
    fn a_grapheme_is_one_step() {
        // A family, a flag, a letter with two marks, a keycap, a syllable of three letters.
        for one in ["👩‍👩‍👧‍👦", "🇮🇳", "e\u{301}\u{323}", "1\u{fe0f}\u{20e3}", "각"] {
            let line = format!("a{one}b");
            assert_eq!(stops(&line, right, 0), [1, 1 + one.len(), line.len()], "{one}");
            assert_eq!(stops(&line, left, line.len()), [1 + one.len(), 1, 0], "{one}");
        }
    }

    #[test]
    fn motions_cross_line_ends() {
        let text = Text::new("ab\n\nc");
        let start = Place { line: 1, byte: 0 };
        assert_eq!(left(&text, start), Place { line: 0, byte: 2 });
        assert_eq!(right(&text, start), Place { line: 2, byte: 0 });
        assert_eq!(word_left(&text, start), Place { line: 0, byte: 2 });
        assert_eq!(word_right(&text, start), Place { line: 2, byte: 0 });
    }

    #[test]
    fn columns_are_display_columns() {
        let text = Text::new("日本x\nabcdef");
        assert_eq!(column(&text, Place { line: 0, byte: 6 }), 4);
        assert_eq!(at_column(&text, 0, 3), Place { line: 0, byte: 3 });
        assert_eq!(at_column(&text, 1, 4), Place { line: 1, byte: 4 });
        assert_eq!(at_column(&text, 0, 99), Place { line: 0, byte: 7 });
    }
}
