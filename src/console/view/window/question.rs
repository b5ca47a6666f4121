//! Draws a question and its answers.

use ratatui::Frame;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::console::model::state::State;
use crate::console::model::window::question::Question;
use crate::console::view::frame;
use crate::console::view::put::put;
use crate::keymap::Scope;
use crate::text::wrap;

/// Columns between two answers.
const BETWEEN: usize = 3;

/// The answers with all of their keys, wrapped to this width; those that do not count yet are dimmed.
fn answers(state: &State, question: &Question, width: usize) -> Vec<Line<'static>> {
    let theme = &state.settings.theme;
    let (mut lines, mut used) = (vec![Line::default()], 0);
    for (action, label) in question.answers() {
        let keys = state.settings.keys.keys_of(Scope::Question, *action);
        let label = format!(" {label}");
        let columns = keys.width() + label.width();
        let gap = if used == 0 { 0 } else { BETWEEN };
        if used + gap + columns > width && used > 0 {
            lines.push(Line::default());
            used = 0;
        } else if let Some(line) = lines.last_mut().filter(|_| gap > 0) {
            line.push_span(" ".repeat(gap));
            used += gap;
        }
        let is_too_new = question.is_too_new(*action, state.now);
        let (key, text) = if is_too_new { (theme.dim, theme.dim) } else { (theme.key, theme.text) };
        if let Some(line) = lines.last_mut() {
            line.push_span(Span::styled(keys, key));
            line.push_span(Span::styled(label, text));
        }
        used += columns;
    }
    lines
}

pub(in crate::console) fn draw(state: &State, question: &Question, out: &mut Frame<'_>) {
    let width = 56u16.min(out.area().width);
    let room = usize::from(width).saturating_sub(4);
    let lines = wrap(&question.text, room);
    let answers = answers(state, question, room);
    let length = lines.len();
    let height = u16::try_from(length + answers.len()).unwrap_or(u16::MAX).saturating_add(3);
    let inner = frame::window(state, "Question", width, height, out);
    // However long the question is, its answers are visible.
    let count = length.min(usize::from(inner.height).saturating_sub(answers.len() + 1));
    for (at, line) in lines.into_iter().enumerate().take(count) {
        put(Line::raw(line), frame::row(inner, at), out);
    }
    frame::mark_more(state, inner, &(0..count), length, out);
    let first = frame::row(inner, count + 1);
    for (at, line) in answers.into_iter().enumerate() {
        put(line, frame::row(inner, count + 1 + at), out);
    }
    out.set_cursor_position((first.x, first.y));
}
