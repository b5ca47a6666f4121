//! Draws the preview.

use ratatui::Frame;

use crate::console::model::layout;
use crate::console::model::state::State;
use crate::console::model::window::preview::PreviewWindow;
use crate::console::view::put::put;
use crate::console::view::{find, frame};

pub(in crate::console) fn draw(state: &State, window: &PreviewWindow, out: &mut Frame<'_>) {
    let screen = layout::room_for_windows(out.area());
    let inner = frame::window(state, &window.title, screen.width.saturating_sub(2), screen.height, out);
    let lines = window.lines(&state.settings, usize::from(inner.width));
    let height = usize::from(inner.height).saturating_sub(usize::from(window.find.is_shown()));
    let length = lines.len();
    let visible = window.scroll.visible(length, height);
    frame::mark_more(state, inner, &visible, length, out);
    for (at, line) in lines.into_iter().skip(visible.start).take(visible.len()).enumerate() {
        let line = find::mark_found(&window.find, line, state.settings.theme.marked);
        put(line, frame::row(inner, at), out);
    }
    if !find::draw_find(state, &window.find, frame::row(inner, height), out) {
        let here = window.find.line().filter(|line| visible.contains(line));
        let line = frame::row(inner, here.map_or(0, |line| line - visible.start));
        out.set_cursor_position((line.x, line.y));
    }
}
