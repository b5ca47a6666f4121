//! Draws a text field: scrolled to its cursor, placeholders coloured, secrets hidden.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::profile::placeholder_at;

use super::input::Input;
use super::theme::Theme;

/// What the name in a placeholder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A variable of the profile's events.
    Known,
    /// The same, and its value is sent encrypted.
    Encrypted,
    /// No variable here.
    Unknown,
}

/// How a field is to be drawn.
pub struct Look<'a> {
    /// Columns.
    pub width: usize,
    /// Lines.
    pub height: usize,
    /// Whether the keyboard writes here.
    pub focused: bool,
    /// Dots in place of the text.
    pub hidden: bool,
    /// What a placeholder's name is; `None` where placeholders mean nothing.
    pub mark: Option<&'a dyn Fn(&str) -> Mark>,
    /// Colours.
    pub theme: &'a Theme,
}

/// The lines in sight, and column and line of the cursor among them when focused.
#[must_use]
pub fn draw(input: &Input, look: &Look<'_>) -> (Vec<Line<'static>>, Option<(u16, u16)>) {
    let (cursor_row, cursor_char) = input.cursor();
    let rows = input.rows();
    let cursor_column = rows.get(cursor_row).map_or(0, |row| {
        let before: String = row.chars().take(cursor_char).collect();
        if look.hidden { before.chars().count() } else { shown(&before).width() }
    });
    let (mut left, mut top) = input.scroll.get();
    if look.focused {
        // One column stays free for the cursor behind the last character.
        left = left.min(cursor_column).max((cursor_column + 1).saturating_sub(look.width));
        top = top.min(cursor_row).max((cursor_row + 1).saturating_sub(look.height));
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
        let column = (cursor_column - left).min(look.width.saturating_sub(1));
        (u16::try_from(column).unwrap_or(0), u16::try_from(cursor_row - top).unwrap_or(0))
    });
    (lines, cursor)
}

fn row_line(input: &Input, row: &str, at: usize, left: usize, look: &Look<'_>) -> Line<'static> {
    if look.hidden {
        let dots = row.chars().count().saturating_sub(left).min(look.width);
        return Line::raw("•".repeat(dots));
    }
    let selection = input.selection();
    let selected = |character: usize| {
        selection.is_some_and(|(from, to)| (at, character) >= from && (at, character) < to)
    };
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut column = 0;
    let mut character = 0;
    let mut placeholder: (usize, Style) = (0, look.theme.text);
    for (byte, grapheme) in row.grapheme_indices(true) {
        if byte >= placeholder.0 {
            placeholder = placeholder_style(&row[byte..], look)
                .map_or((byte, look.theme.text), |(length, style)| (byte + length, style));
        }
        let style = if selected(character) {
            look.theme.marked
        } else if byte < placeholder.0 {
            placeholder.1
        } else {
            look.theme.text
        };
        character += grapheme.chars().count();
        let text = shown(grapheme);
        let width = text.width();
        let start = column;
        column += width;
        if start < left {
            continue;
        }
        if column > left + look.width {
            break;
        }
        match spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push_str(&text),
            _ => spans.push(Span::styled(text, style)),
        }
    }
    Line::from(spans)
}

fn placeholder_style(text: &str, look: &Look<'_>) -> Option<(usize, Style)> {
    let mark = look.mark?;
    let (path, length) = placeholder_at(text)?;
    let style = match mark(path.name()) {
        Mark::Known => look.theme.variable,
        Mark::Encrypted => look.theme.encrypted,
        Mark::Unknown => look.theme.unknown,
    };
    Some((length, style))
}

/// Text as it can stand on a screen: control characters become their pictures, so that no text can
/// drive the terminal.
#[must_use]
pub fn shown(text: &str) -> String {
    text.chars()
        .map(|c| match u32::from(c) {
            code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
            0x7f => '\u{2421}',
            // C1 controls, and marks that turn the direction of what follows.
            0x80..=0x9f | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069 => '\u{fffd}',
            _ => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drawn(input: &Input, width: usize, height: usize) -> (Vec<String>, Option<(u16, u16)>) {
        let mark = |name: &str| if name == "id" { Mark::Known } else { Mark::Unknown };
        let theme = Theme::colour();
        let look = Look { width, height, focused: true, hidden: false, mark: Some(&mark), theme: &theme };
        let (lines, cursor) = draw(input, &look);
        (lines.iter().map(ToString::to_string).collect(), cursor)
    }

    #[test]
    fn the_cursor_stays_in_sight() {
        let mut input = Input::line("https://hooks.example/callbacks");
        input.to_end();
        let (lines, cursor) = drawn(&input, 10, 1);
        assert_eq!(lines, ["callbacks"]);
        assert_eq!(cursor, Some((9, 0)));
    }

    #[test]
    fn control_characters_are_pictures() {
        assert_eq!(shown("a\u{1b}[31m\tb\u{202e}"), "a␛[31m␉b\u{fffd}");
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_its_field(text in ".{0,60}", width in 1usize..30, height in 1usize..5) {
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
