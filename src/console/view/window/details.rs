//! Draws a delivery in full.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::console::model::state::State;
use crate::console::model::window::details::DetailsWindow;
use crate::console::model::window::details_text;
use crate::console::view::frame;
use crate::console::view::put::put;
use crate::console::view::window::text_view;

pub(in crate::console) fn draw(state: &State, window: &DetailsWindow, out: &mut Frame<'_>) {
    let inner = text_view::window(state, "Delivery", out);
    let Some(details) = window.details() else {
        put(Line::styled("reading …", state.settings.theme.dim), frame::row(inner, 0), out);
        return;
    };
    let lines = details_text::lines(state, details, usize::from(inner.width));
    let lines = lines.into_iter().map(|(line, style)| Line::from(Span::styled(line, style)));
    text_view::draw(state, &window.reading, lines, inner, out);
}
