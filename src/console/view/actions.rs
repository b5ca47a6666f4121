//! Actions with their keys, on lines of a pane: for reading and clicking.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::console::model::disabled_reason;
use crate::console::model::mouse::ClickTarget;
use crate::console::model::state::State;
use crate::console::view::frame;
use crate::console::view::put::put;
use crate::keymap::Action;

/// Blanks between two actions.
const BETWEEN: usize = 2;

/// An action on the screen.
#[derive(Debug)]
pub struct ActionHint {
    action: Action,
    key: String,
    label: &'static str,
}

impl ActionHint {
    fn columns(&self) -> usize {
        self.key.width() + 1 + self.label.width()
    }
}

/// The actions with these names that are available and have a key, wrapped to this width.
#[must_use]
pub fn lines(state: &State, names: &[&str], width: usize) -> Vec<Vec<ActionHint>> {
    let mut lines: Vec<Vec<ActionHint>> = Vec::new();
    let mut room = 0;
    for name in names {
        let Some((entry, keys)) = state.settings.keys.entries().find(|(entry, _)| entry.name == *name) else {
            continue;
        };
        let can_be_done = disabled_reason::why_not(state, entry.action).is_none();
        let Some(key) = keys.first().filter(|_| can_be_done) else { continue };
        let word = ActionHint { action: entry.action, key: key.to_string(), label: entry.label() };
        let columns = word.columns();
        if let Some(line) = lines.last_mut().filter(|_| columns + BETWEEN <= room) {
            room -= columns + BETWEEN;
            line.push(word);
        } else {
            room = width.saturating_sub(columns);
            lines.push(vec![word]);
        }
    }
    lines
}

/// Draws them from the top of an area on.
pub fn draw(state: &State, lines: &[Vec<ActionHint>], area: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    for (at, words) in lines.iter().enumerate() {
        let row = frame::row(area, at);
        let mut spans = Vec::new();
        let mut column = 0;
        for word in words {
            let small = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
            let spot = frame::indent(row, small(column));
            let width = small(word.columns()).min(spot.width);
            state.mouse.note(Rect { width, ..spot }, ClickTarget::Action(word.action));
            column += word.columns() + BETWEEN;
            spans.push(Span::styled(word.key.clone(), theme.key));
            spans.push(Span::raw(format!(" {}", word.label)));
            spans.push(Span::raw(" ".repeat(BETWEEN)));
        }
        put(Line::from(spans), row, out);
    }
}
