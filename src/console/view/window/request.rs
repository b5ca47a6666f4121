//! Draws a request that was received.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::console::model::state::State;
use crate::console::model::window::request::RequestWindow;
use crate::console::view::window::text_view;

pub(in crate::console) fn draw(state: &State, window: &RequestWindow, out: &mut Frame<'_>) {
    let style = state.settings.theme.text;
    let inner = text_view::window(state, "Request", out);
    let lines = window.lines(usize::from(inner.width));
    let lines = lines.iter().map(|line| Line::from(Span::styled(line.clone(), style)));
    text_view::draw(state, &window.reading, lines, inner, out);
}
