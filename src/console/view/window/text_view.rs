//! Draws a text in a window, with the matches of the search marked.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::console::model::layout;
use crate::console::model::state::State;
use crate::console::model::window::text_view::TextView;
use crate::console::view::put::put;
use crate::console::view::{find, frame};

/// Draws the window; returns the area inside.
pub(in crate::console) fn window(state: &State, title: &str, out: &mut Frame<'_>) -> Rect {
    let screen = layout::room_for_windows(out.area());
    frame::window(state, title, screen.width.saturating_sub(2), screen.height, out)
}

/// Draws the visible lines, and the search beneath them if there is one.
pub(in crate::console) fn draw(
    state: &State,
    reading: &TextView,
    lines: impl ExactSizeIterator<Item = Line<'static>>,
    inner: Rect,
    out: &mut Frame<'_>,
) {
    let find = &reading.find;
    let height = usize::from(inner.height).saturating_sub(usize::from(find.is_shown()));
    let length = lines.len();
    let visible = reading.scroll.visible(length, height);
    frame::mark_more(state, inner, &visible, length, out);
    for (at, line) in lines.skip(visible.start).take(visible.len()).enumerate() {
        let line = find::mark_found(find, line, state.settings.theme.marked);
        put(line, frame::row(inner, at), out);
    }
    if !find::draw_find(state, find, frame::row(inner, height), out) {
        let here = find.line().filter(|line| visible.contains(line));
        let line = frame::row(inner, here.map_or(0, |line| line - visible.start));
        out.set_cursor_position((line.x, line.y));
    }
}
