//! Draws a delivery in full.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::console::model::layout;
use crate::console::model::state::State;
use crate::console::model::window::details::DetailsWindow;
use crate::console::model::window::details_text;
use crate::console::view::put::put;
use crate::console::view::{find, frame};

pub(in crate::console) fn draw(state: &State, window: &DetailsWindow, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let screen = layout::room_for_windows(out.area());
    let inner = frame::window(state, "Delivery", screen.width.saturating_sub(2), screen.height, out);
    let Some(details) = window.details() else {
        put(Line::styled("reading …", theme.dim), frame::row(inner, 0), out);
        return;
    };
    let lines = details_text::lines(state, details, usize::from(inner.width));
    let height = usize::from(inner.height).saturating_sub(usize::from(window.find.is_shown()));
    let length = lines.len();
    let visible = window.scroll.visible(length, height);
    for (at, (line, style)) in lines.into_iter().skip(visible.start).take(visible.len()).enumerate() {
        let line = find::mark_found(&window.find, Line::from(Span::styled(line, style)), theme.marked);
        put(line, frame::row(inner, at), out);
    }
    frame::mark_more(state, inner, &visible, length, out);
    if !find::draw_find(state, &window.find, frame::row(inner, height), out) {
        let here = window.find.line().filter(|line| visible.contains(line));
        let line = frame::row(inner, here.map_or(0, |line| line - visible.start));
        out.set_cursor_position((line.x, line.y));
    }
}
