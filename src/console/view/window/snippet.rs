//! Draws a receiver for a profile.

use ratatui::Frame;
use ratatui::text::Line;

use crate::console::model::state::State;
use crate::console::model::window::snippet::SnippetWindow;
use crate::console::view::window::text_view;

pub(in crate::console) fn draw(state: &State, window: &SnippetWindow, out: &mut Frame<'_>) {
    let style = state.settings.theme.text;
    let inner = text_view::window(state, &window.title(), out);
    let lines = window.lines(usize::from(inner.width));
    let lines = lines.into_iter().map(|line| Line::styled(line, style));
    text_view::draw(state, &window.reading, lines, inner, out);
}
