//! A field for text: one line or several, with undo, words and selection.

use std::cell::Cell;

use crossterm::event::KeyCode;
use ratatui_textarea::{CursorMove, Input as AreaInput, Key as AreaKey, TextArea};

use super::keys::Key;

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// The text is another one now.
    Changed,
    /// Only the cursor moved, or nothing was there to delete.
    Used,
    /// Not a key for text.
    Ignored,
}

/// Text being typed. Debug output tells nothing of it, as it may be a password.
#[derive(Clone)]
pub struct Input {
    area: TextArea<'static>,
    several_lines: bool,
    /// First column and line in sight, kept from one drawing to the next.
    pub(super) scroll: Cell<(usize, usize)>,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("several_lines", &self.several_lines).finish_non_exhaustive()
    }
}

impl Input {
    /// A field with one line; line ends in the text become spaces.
    #[must_use]
    pub fn line(text: &str) -> Self {
        Self::with(text, false)
    }

    /// A field with several lines.
    #[must_use]
    pub fn lines(text: &str) -> Self {
        Self::with(text, true)
    }

    fn with(text: &str, several_lines: bool) -> Self {
        let mut input = Self { area: TextArea::default(), several_lines, scroll: Cell::new((0, 0)) };
        input.set(text);
        input
    }

    /// The text; line ends are `\n`.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// The lines of the text.
    #[must_use]
    pub fn rows(&self) -> &[String] {
        self.area.lines()
    }

    /// Line and character that the cursor stands on.
    #[must_use]
    pub fn cursor(&self) -> (usize, usize) {
        let at = self.area.cursor();
        (at.0, at.1)
    }

    /// Start and end of what is selected, as line and character.
    #[must_use]
    pub fn selection(&self) -> Option<((usize, usize), (usize, usize))> {
        self.area.selection_range()
    }

    /// Puts another text in place of this one; undo brings the old one back.
    pub fn set(&mut self, text: &str) {
        if self.text() != text {
            self.area.select_all();
            self.area.cut();
            self.area.insert_str(self.fold(text));
        }
    }

    /// Inserts text as it was pasted; on one line, line ends become spaces.
    pub fn paste(&mut self, text: &str) {
        let text = self.fold(text);
        self.area.insert_str(text);
    }

    /// Handles a key.
    pub fn key(&mut self, key: Key) -> Typed {
        if !self.takes(key) {
            return Typed::Ignored;
        }
        let before = self.cursor();
        if self.area.input(area_input(key)) {
            Typed::Changed
        } else if self.cursor() == before && matches!(key.code(), KeyCode::Up | KeyCode::Down) {
            // At the first or last line the arrow leaves the field.
            Typed::Ignored
        } else {
            Typed::Used
        }
    }

    /// Puts the cursor behind the last character.
    pub fn to_end(&mut self) {
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
    }

    fn takes(&self, key: Key) -> bool {
        match key.code() {
            KeyCode::Char(c) if key.is_text() => !c.is_control(),
            // Ctrl+M is Enter, Ctrl+J a line end, Ctrl+I a tab: none of them edits text here.
            KeyCode::Char(c) => !matches!(c, 'm' | 'j' | 'i' | 'v' | 'c' | 'l'),
            KeyCode::Enter | KeyCode::Up | KeyCode::Down | KeyCode::PageUp | KeyCode::PageDown => {
                self.several_lines
            }
            KeyCode::Backspace
            | KeyCode::Delete
            | KeyCode::Left
            | KeyCode::Right
            | KeyCode::Home
            | KeyCode::End => true,
            _ => false,
        }
    }

    fn fold(&self, text: &str) -> String {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if self.several_lines { text } else { text.trim_end_matches('\n').replace('\n', " ") }
    }
}

fn area_input(key: Key) -> AreaInput {
    let shown = key.to_string();
    let held = |name: &str| shown.contains(name);
    let area_key = match key.code() {
        KeyCode::Char(c) => AreaKey::Char(c),
        KeyCode::Enter => AreaKey::Enter,
        KeyCode::Backspace => AreaKey::Backspace,
        KeyCode::Delete => AreaKey::Delete,
        KeyCode::Left => AreaKey::Left,
        KeyCode::Right => AreaKey::Right,
        KeyCode::Up => AreaKey::Up,
        KeyCode::Down => AreaKey::Down,
        KeyCode::Home => AreaKey::Home,
        KeyCode::End => AreaKey::End,
        KeyCode::PageUp => AreaKey::PageUp,
        KeyCode::PageDown => AreaKey::PageDown,
        _ => AreaKey::Null,
    };
    AreaInput { key: area_key, ctrl: held("Ctrl+"), alt: held("Alt+"), shift: held("Shift+") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::parse(text).unwrap()
    }

    #[test]
    fn typing_and_undo() {
        let mut input = Input::line("");
        for c in ["a", "b", "space", "ü"] {
            assert_eq!(input.key(key(c)), Typed::Changed);
        }
        assert_eq!(input.text(), "ab ü");
        input.set("other");
        assert_eq!(input.text(), "other");
    }

    #[test]
    fn one_line_folds_what_is_pasted() {
        let mut input = Input::line("");
        input.paste("https://x\r\n/y\n");
        assert_eq!(input.text(), "https://x /y");
        assert_eq!(input.key(key("enter")), Typed::Ignored);
        assert_eq!(input.key(key("down")), Typed::Ignored);
    }

    #[test]
    fn several_lines_keep_theirs_and_are_left_at_their_ends() {
        let mut input = Input::lines("");
        input.paste("a\r\nb");
        assert_eq!(input.text(), "a\nb");
        assert_eq!(input.key(key("up")), Typed::Used);
        assert_eq!(input.key(key("up")), Typed::Ignored);
    }
}
