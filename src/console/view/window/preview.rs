//! Draws the preview.

use ratatui::Frame;

use crate::console::model::state::State;
use crate::console::model::window::preview::PreviewWindow;
use crate::console::view::window::text_view;

pub(in crate::console) fn draw(state: &State, window: &PreviewWindow, out: &mut Frame<'_>) {
    let inner = text_view::window(state, &window.title, out);
    let lines = window.lines(&state.settings, usize::from(inner.width));
    text_view::draw(state, &window.reading, lines.into_iter(), inner, out);
}
