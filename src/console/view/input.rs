//! Draws a text field: scrolled to its cursor, placeholders coloured, secrets hidden.

use std::borrow::Cow;
use std::collections::HashSet;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::console::model::input::{self, Input, Place};
use crate::console::theme::Theme;
use crate::profile::placeholder_at;
use crate::text::displayable_grapheme;

/// The kind of the name in a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A variable of the profile's events.
    Known,
    /// The same, with its value sent encrypted.
    Encrypted,
    /// Not a variable here.
    Unknown,
}

/// How a field is to be drawn.
pub struct Look<'a> {
    /// Columns.
    pub width: usize,
    /// Lines.
    pub height: usize,
    /// Whether the field is focused.
    pub focused: bool,
    /// Whether to draw dots instead of the text.
    pub hidden: bool,
    /// The kind of a placeholder's name; `None` in fields without placeholders.
    pub mark: Option<&'a dyn Fn(&str) -> Mark>,
    /// Where placeholders start, as line and byte; `None` if each well-formed one counts.
    pub starts: Option<&'a HashSet<(usize, usize)>>,
    /// Colours.
    pub theme: &'a Theme,
}

/// From this many columns on, `…` marks a row that continues to the left or right.
const MARKED_FROM: usize = 4;

/// The visible lines, and column and line of the cursor among them if focused.
#[must_use]
pub fn draw(input: &Input, look: &Look<'_>) -> (Vec<Line<'static>>, Option<(u16, u16)>) {
    input.page.set(look.height);
    let cursor = input.cursor();
    let rows = input.rows();
    let row = rows.get(cursor.line).map_or("", String::as_str);
    let (before, behind) = row.split_at_checked(cursor.byte).unwrap_or((row, ""));
    let column = columns(before, look.hidden);
    let (mut left, mut top) = input.scroll.get();
    if look.focused {
        // One column stays free for the cursor after the last character; it is never on a mark.
        let marked = usize::from(look.width >= MARKED_FROM);
        let last = column + 1 + if is_wider(behind, look.hidden, 1) { marked } else { 0 };
        left = left.min(column.saturating_sub(marked)).max(last.saturating_sub(look.width));
        top = top.min(cursor.line).max((cursor.line + 1).saturating_sub(look.height));
        // After lines are removed, no space is wasted while there is text above.
        top = top.min(rows.len().saturating_sub(look.height));
    } else {
        (left, top) = (0, 0);
    }
    input.scroll.set((left, top));
    let lines = rows
        .iter()
        .enumerate()
        .skip(top)
        .take(look.height)
        .map(|(at, row)| row_line(input, row, at, left, look))
        .collect();
    let cursor = look.focused.then(|| {
        let column = (column - left).min(look.width.saturating_sub(1));
        (u16::try_from(column).unwrap_or(0), u16::try_from(cursor.line - top).unwrap_or(0))
    });
    (lines, cursor)
}

/// The columns of a text: one dot per grapheme if it is hidden.
fn columns(text: &str, hidden: bool) -> usize {
    if hidden { text.graphemes(true).count() } else { input::width(text) }
}

/// Whether a text takes more than this many columns. A long one is not read to its end.
fn is_wider(text: &str, hidden: bool, limit: usize) -> bool {
    if text.is_ascii() && !hidden {
        return text.len() > limit;
    }
    let mut used = 0;
    text.graphemes(true).any(|grapheme| {
        used += if hidden { 1 } else { input::width(grapheme) };
        used > limit
    })
}

/// No placeholder is longer, so one that reaches into the visible part starts no further to the left.
const MAX_PLACEHOLDER_CHARS: usize = 512;

fn row_line(input: &Input, row: &str, at: usize, left: usize, look: &Look<'_>) -> Line<'static> {
    let selection = input.selection();
    let selected = |byte: usize| {
        let place = Place { line: at, byte };
        selection.is_some_and(|(from, to)| place >= from && place < to)
    };
    let marked = look.width >= MARKED_FROM;
    let before = marked && left > 0 && !row.is_empty();
    let behind = marked && is_wider(row, look.hidden, left + look.width);
    let mark = Span::styled("…", look.theme.dim);
    let mut run = Run {
        spans: Vec::from_iter(before.then(|| mark.clone())),
        left: left + usize::from(before),
        right: left + look.width - usize::from(behind),
        column: 0,
    };
    // In ASCII, columns are bytes: text far to the left need not be examined.
    let start = if row.is_ascii() && !look.hidden { left.saturating_sub(MAX_PLACEHOLDER_CHARS) } else { 0 };
    run.column = start;
    let mut placeholder = (0, look.theme.text);
    for (byte, grapheme) in row.get(start..).unwrap_or("").grapheme_indices(true) {
        if run.column >= run.right {
            break;
        }
        let byte = start + byte;
        if byte >= placeholder.0 {
            placeholder = placeholder_style(row, (at, byte), look)
                .map_or((byte, look.theme.text), |(length, style)| (byte + length, style));
        }
        let style = if selected(byte) {
            look.theme.marked
        } else if byte < placeholder.0 {
            placeholder.1
        } else {
            look.theme.text
        };
        run.push(if look.hidden { Cow::Borrowed("•") } else { displayable_grapheme(grapheme) }, style);
    }
    // A selected line end is shown as well.
    if selected(row.len()) && selection.is_some_and(|(_, to)| to.line > at) {
        run.push(Cow::Borrowed(" "), look.theme.marked);
    }
    run.spans.extend(behind.then_some(mark));
    Line::from(run.spans)
}

/// The visible part of a row.
struct Run {
    spans: Vec<Span<'static>>,
    left: usize,
    right: usize,
    column: usize,
}

impl Run {
    fn push(&mut self, text: Cow<'_, str>, style: Style) {
        let start = self.column;
        self.column += text.width();
        if self.column <= self.left || start >= self.right {
            return;
        }
        // A wide character that the edge cuts is replaced by blanks.
        let text = if start < self.left || self.column > self.right {
            Cow::Owned(" ".repeat(self.column.min(self.right) - start.max(self.left)))
        } else {
            text
        };
        match self.spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push_str(&text),
            _ => self.spans.push(Span::styled(text.into_owned(), style)),
        }
    }
}

fn placeholder_style(row: &str, (line, byte): (usize, usize), look: &Look<'_>) -> Option<(usize, Style)> {
    let mark = look.mark?;
    let (path, length) = placeholder_at(&row[byte..])?;
    let starts = match look.starts {
        Some(starts) => starts.contains(&(line, byte)),
        // Two `<` before a name are a literal `<`.
        None => row[..byte].bytes().rev().take_while(|before| *before == b'<').count().is_multiple_of(2),
    };
    if !starts {
        return None;
    }
    let of_name = mark(path.name());
    let style = match if of_name == Mark::Unknown { mark(path.as_str()) } else { of_name } {
        Mark::Known => look.theme.variable,
        Mark::Encrypted => look.theme.encrypted,
        Mark::Unknown => look.theme.unknown,
    };
    Some((length, style))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::keymap::Key;

    use super::*;

    fn look(width: usize, theme: &Theme) -> Look<'_> {
        Look { width, height: 1, focused: true, hidden: false, mark: None, starts: None, theme }
    }

    fn drawn(input: &Input, width: usize, height: usize) -> (Vec<String>, Option<(u16, u16)>) {
        let mark = |name: &str| if name == "id" { Mark::Known } else { Mark::Unknown };
        let theme = Theme::colour();
        let look = Look {
            width,
            height,
            focused: true,
            hidden: false,
            mark: Some(&mark),
            starts: None,
            theme: &theme,
        };
        let (lines, cursor) = draw(input, &look);
        (lines.iter().map(ToString::to_string).collect(), cursor)
    }

    #[test]
    fn the_cursor_stays_visible() {
        let mut input = Input::line("https://hooks.example/callbacks");
        input.to_end();
        let (lines, cursor) = drawn(&input, 10, 1);
        assert_eq!(lines, ["…allbacks"]);
        assert_eq!(cursor, Some((9, 0)));
    }

    #[test]
    fn the_selection_is_marked() {
        let mut input = Input::lines("one\ntwo");
        for key in ["shift+left", "shift+up"] {
            input.key(Key::parse(key).unwrap());
        }
        let theme = Theme::colour();
        let look = Look {
            width: 10,
            height: 2,
            focused: true,
            hidden: false,
            mark: None,
            starts: None,
            theme: &theme,
        };
        let (lines, cursor) = draw(&input, &look);
        let marked: Vec<String> = lines
            .iter()
            .flat_map(|line| {
                line.spans.iter().filter(|s| s.style == theme.marked).map(|s| s.content.to_string())
            })
            .collect();
        assert_eq!(marked, ["e ", "two"]);
        assert_eq!(cursor, Some((2, 0)));
    }

    #[test]
    fn a_wide_character_cut_by_the_edge_becomes_blank() {
        let mut input = Input::line("日本語abc");
        let theme = Theme::colour();
        let look = Look {
            width: 6,
            height: 1,
            focused: true,
            hidden: false,
            mark: None,
            starts: None,
            theme: &theme,
        };
        // The cursor at column 9 of 9: columns 4 to 9 are visible, the mark in the first of them.
        assert_eq!(draw(&input, &look).0[0].to_string(), "… abc");
        input.scroll.set((3, 0));
        input.key(Key::parse("left").unwrap());
        let (lines, cursor) = draw(&input, &look);
        assert_eq!(lines[0].to_string(), "…語abc");
        assert_eq!(cursor, Some((5, 0)));
    }

    #[test]
    fn text_beyond_an_edge_is_marked_there() {
        let mut input = Input::line("0123456789");
        let shown = |input: &Input| drawn(input, 6, 1);
        assert_eq!(shown(&input), (vec!["…6789".to_owned()], Some((5, 0))));
        for _ in 0..4 {
            input.key(Key::parse("left").unwrap());
        }
        assert_eq!(shown(&input), (vec!["…6789".to_owned()], Some((1, 0))));
        input.key(Key::parse("left").unwrap());
        assert_eq!(shown(&input), (vec!["…56789".to_owned()], Some((1, 0))));
        input.key(Key::parse("left").unwrap());
        assert_eq!(shown(&input), (vec!["…4567…".to_owned()], Some((1, 0))));
        input.key(Key::parse("home").unwrap());
        assert_eq!(shown(&input), (vec!["01234…".to_owned()], Some((0, 0))));
        for _ in 0..5 {
            input.key(Key::parse("right").unwrap());
        }
        assert_eq!(shown(&input), (vec!["…2345…".to_owned()], Some((4, 0))));
        let all = Input::line("012345");
        let theme = Theme::colour();
        let look = Look { focused: false, ..look(6, &theme) };
        assert_eq!(draw(&all, &look).0[0].to_string(), "012345", "what just fits has no mark");
        assert_eq!(draw(&input, &look).0[0].to_string(), "01234…");
    }

    #[test]
    fn each_line_is_marked_separately() {
        let mut input = Input::lines("0123456789\n\n01\n日本語日本語");
        let (lines, _) = drawn(&input, 6, 4);
        assert_eq!(lines, ["…89", "", "…", "…本語"]);
        input.key(Key::parse("home").unwrap());
        let (lines, _) = drawn(&input, 6, 4);
        assert_eq!(lines, ["01234…", "", "01", "日本 …"]);
    }

    #[test]
    fn a_secret_has_one_dot_per_grapheme() {
        let input = Input::line("pä👩‍👧");
        let theme = Theme::colour();
        let look = Look {
            width: 9,
            height: 1,
            focused: true,
            hidden: true,
            mark: None,
            starts: None,
            theme: &theme,
        };
        let (lines, cursor) = draw(&input, &look);
        assert_eq!((lines[0].to_string().as_str(), cursor), ("•••", Some((3, 0))));
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_its_field(text in "[ -~日👩\u{301}\n\u{1b}]{0,60}", width in 1usize..30, height in 1usize..5) {
            let input = Input::lines(&text);
            let (lines, cursor) = drawn(&input, width, height);
            prop_assert!(lines.len() <= height);
            for line in lines {
                prop_assert!(line.width() <= width);
            }
            let (x, y) = cursor.unwrap();
            prop_assert!(usize::from(x) < width && usize::from(y) < height);
        }
    }
}
