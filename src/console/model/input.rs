//! A text field: one line or several, with undo, word motions and selection. It works by graphemes: what a person
//! sees as one character is passed or deleted with one key.
//!
//! Hand-written, since the available libraries work by `char`: a flag would take two key presses, and a family seven.

mod bindings;
mod history;
mod motion;
mod text;

#[cfg(test)]
mod tests;

pub use motion::width;
pub use text::Place;

use std::cell::Cell;

use crossterm::event::KeyCode;

use crate::keymap::Key;

use bindings::Command;
use history::{History, Kind, Step};
use motion::Motion;
use text::Text;

/// The result of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputResult {
    /// The text has changed.
    Changed,
    /// Only the cursor moved, or there was nothing to delete.
    Used,
    /// Not a key for text.
    Ignored,
}

/// Text that was cut and can be inserted again. It may be a password, so debug output omits it.
#[derive(Clone, Default)]
pub struct Killed(String);

impl std::fmt::Debug for Killed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Killed")
    }
}

/// Text being typed. It may be a password, so debug output omits it.
#[derive(Clone)]
pub struct Input {
    text: Text,
    cursor: Place,
    /// Where the selection starts; it ends at the cursor.
    anchor: Option<Place>,
    /// The column that up and down try to keep.
    column: Option<usize>,
    history: History,
    /// The text last cut, to insert again.
    killed: Killed,
    several_lines: bool,
    /// The first visible column and line, kept from one frame to the next.
    pub(in crate::console) scroll: Cell<(usize, usize)>,
    /// The number of visible lines, as of the last frame.
    pub(in crate::console) page: Cell<usize>,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("several_lines", &self.several_lines).finish_non_exhaustive()
    }
}

impl Input {
    /// A single-line field; line ends in the text become spaces.
    #[must_use]
    pub fn line(text: &str) -> Self {
        Self::with(text, false)
    }

    /// A multi-line field.
    #[must_use]
    pub fn lines(text: &str) -> Self {
        Self::with(text, true)
    }

    /// The cursor is at the end of the text, where people continue typing.
    fn with(text: &str, several_lines: bool) -> Self {
        let text = Text::new(&fold(text, several_lines));
        Self {
            cursor: text.end(),
            text,
            anchor: None,
            column: None,
            history: History::default(),
            killed: Killed::default(),
            several_lines,
            scroll: Cell::new((0, 0)),
            page: Cell::new(1),
        }
    }

    /// The text; line ends are `\n`.
    #[must_use]
    pub fn text(&self) -> String {
        self.text.lines().join("\n")
    }

    /// The lines of the text.
    #[must_use]
    pub fn rows(&self) -> &[String] {
        self.text.lines()
    }

    /// The position of the cursor.
    #[must_use]
    pub fn cursor(&self) -> Place {
        self.cursor
    }

    /// Start and end of the selection.
    #[must_use]
    pub fn selection(&self) -> Option<(Place, Place)> {
        let anchor = self.anchor.filter(|anchor| *anchor != self.cursor)?;
        Some((anchor.min(self.cursor), anchor.max(self.cursor)))
    }

    /// The text last cut, for another field.
    pub fn take_killed(&mut self) -> Killed {
        std::mem::take(&mut self.killed)
    }

    /// Text that was cut from another field, to insert here.
    pub fn lend(&mut self, killed: Killed) {
        self.killed = killed;
    }

    /// Replaces the whole text; can be undone.
    pub fn set(&mut self, text: &str) {
        let text = fold(text, self.several_lines);
        if self.text() != text {
            self.put(Place::default(), self.text.end(), &text, Kind::Whole);
        }
    }

    /// Replaces the selection with pasted text; in a single-line field, line ends become spaces. One undo step.
    pub fn paste(&mut self, text: &str) {
        let text = fold(text, self.several_lines);
        self.write(&text, Kind::Whole);
    }

    /// Replaces the last bytes before the cursor, on its line, with a text. One undo step.
    pub fn complete(&mut self, bytes: usize, text: &str) {
        let from = Place { byte: self.cursor.byte.saturating_sub(bytes), ..self.cursor };
        self.put(self.text.between_graphemes(from), self.cursor, text, Kind::Whole);
    }

    /// Handles a key.
    pub fn key(&mut self, key: Key) -> InputResult {
        if let KeyCode::Char(c) = key.code()
            && key.is_text()
        {
            if c.is_control() {
                return InputResult::Ignored;
            }
            return self.write(c.encode_utf8(&mut [0; 4]), Kind::Typed);
        }
        match bindings::command(key) {
            Some(Command::Go(motion)) => self.go(motion),
            Some(Command::Select(motion)) => self.select(motion),
            Some(Command::Erase(motion)) => {
                let kind = if motion == Motion::Left { Kind::ErasedLeft } else { Kind::ErasedRight };
                self.erase(motion, kind, false)
            }
            Some(Command::Kill(motion)) => self.erase(motion, Kind::Whole, true),
            Some(Command::Cut) => self.cut(),
            Some(Command::Yank) => {
                let killed = fold(&self.killed.0, self.several_lines);
                self.write(&killed, Kind::Whole)
            }
            Some(Command::Undo) => self.undo(),
            Some(Command::Redo) => self.redo(),
            Some(Command::Break) if self.several_lines => self.write("\n", Kind::Whole),
            Some(Command::Break) | None => InputResult::Ignored,
        }
    }

    /// Whether a single-line field handles this key.
    #[must_use]
    pub fn takes(key: Key) -> bool {
        key.is_text() || bindings::command(key).is_some_and(|command| command != Command::Break)
    }

    /// Moves the cursor to the end of the text.
    pub fn to_end(&mut self) {
        self.place_cursor(self.text.end());
    }

    /// Selects the whole text, so that typing replaces it.
    pub fn select_all(&mut self) {
        self.place_cursor(self.text.end());
        self.anchor = Some(Place::default());
    }

    fn place_cursor(&mut self, place: Place) {
        self.cursor = place;
        (self.anchor, self.column) = (None, None);
        self.history.close();
    }

    /// Inserts a text at the cursor, replacing the selection.
    fn write(&mut self, text: &str, kind: Kind) -> InputResult {
        let (from, to) = self.selection().unwrap_or((self.cursor, self.cursor));
        self.put(from, to, text, kind)
    }

    fn put(&mut self, from: Place, to: Place, text: &str, kind: Kind) -> InputResult {
        let before = (self.cursor, self.anchor);
        let kind = if self.selection().is_some() { Kind::Whole } else { kind };
        let change = self.text.replace(from, to, text);
        if change.is_nothing() {
            return InputResult::Used;
        }
        (self.anchor, self.column) = (None, None);
        self.cursor = self.text.between_graphemes(from.after(text));
        self.history.push(Step { change, before, after: self.cursor }, kind);
        InputResult::Changed
    }

    fn go(&mut self, motion: Motion) -> InputResult {
        let vertical = matches!(motion, Motion::Up | Motion::Down | Motion::PageUp | Motion::PageDown);
        if vertical && !self.several_lines {
            return InputResult::Ignored;
        }
        let selection = self.selection();
        let target = match (motion, selection) {
            // With a selection, an arrow moves to its end in that direction.
            (Motion::Left, Some((from, _))) => from,
            (Motion::Right, Some((_, to))) => to,
            _ => self.target(motion),
        };
        let moved = target != self.cursor || selection.is_some();
        let column = self.column;
        self.place_cursor(target);
        if vertical {
            self.column = column;
        }
        // On the first or last line, the arrow leaves the field.
        if vertical && !moved { InputResult::Ignored } else { InputResult::Used }
    }

    fn select(&mut self, motion: Motion) -> InputResult {
        let anchor = self.anchor.unwrap_or(self.cursor);
        let target = self.target(motion);
        let column = self.column;
        self.place_cursor(target);
        (self.anchor, self.column) = (Some(anchor), column);
        InputResult::Used
    }

    /// Deletes the selection, or the text covered by a motion.
    fn erase(&mut self, motion: Motion, kind: Kind, keep: bool) -> InputResult {
        let (from, to) = self.selection().unwrap_or_else(|| {
            let mut target = self.target(motion);
            // At the end of a line, joins it with the next one.
            if target == self.cursor && keep {
                target = match motion {
                    Motion::LineStart => motion::left(&self.text, self.cursor),
                    Motion::LineEnd => motion::right(&self.text, self.cursor),
                    _ => target,
                };
            }
            (target.min(self.cursor), target.max(self.cursor))
        });
        if keep && from != to {
            self.killed = Killed(self.text.between(from, to));
        }
        self.put(from, to, "", kind)
    }

    fn cut(&mut self) -> InputResult {
        let Some((from, to)) = self.selection() else { return InputResult::Used };
        self.killed = Killed(self.text.between(from, to));
        self.put(from, to, "", Kind::Whole)
    }

    fn undo(&mut self) -> InputResult {
        let Some(step) = self.history.undo() else { return InputResult::Used };
        self.text.undo(&step.change);
        (self.cursor, self.anchor) = step.before;
        self.column = None;
        InputResult::Changed
    }

    fn redo(&mut self) -> InputResult {
        let Some(step) = self.history.redo() else { return InputResult::Used };
        self.text.redo(&step.change);
        (self.cursor, self.anchor, self.column) = (step.after, None, None);
        InputResult::Changed
    }

    fn target(&mut self, motion: Motion) -> Place {
        let (text, at) = (&self.text, self.cursor);
        let page = self.page.get().max(2) - 1;
        let line = match motion {
            Motion::Left => return motion::left(text, at),
            Motion::Right => return motion::right(text, at),
            Motion::WordLeft => return motion::word_left(text, at),
            Motion::WordRight => return motion::word_right(text, at),
            Motion::LineStart => return Place { byte: 0, ..at },
            Motion::LineEnd => return Place { byte: text.line(at.line).len(), ..at },
            Motion::Start => return Place::default(),
            Motion::End => return text.end(),
            Motion::Up if at.line == 0 => return if self.several_lines { at } else { Place::default() },
            Motion::Down if at.line == text.last_line() => {
                return if self.several_lines { at } else { text.end() };
            }
            Motion::Up => at.line - 1,
            Motion::Down => at.line + 1,
            Motion::PageUp => at.line.saturating_sub(page),
            Motion::PageDown => (at.line + page).min(text.last_line()),
        };
        let column = *self.column.get_or_insert_with(|| motion::column(text, at));
        motion::at_column(text, line, column)
    }
}

/// Normalizes line ends to `\n`; in a single-line field, to spaces.
fn fold(text: &str, several_lines: bool) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if several_lines { text } else { text.trim_end_matches('\n').replace('\n', " ") }
}
