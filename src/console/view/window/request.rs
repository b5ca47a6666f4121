//! Draws a request that was received.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::console::model::layout;
use crate::console::model::state::State;
use crate::console::model::window::request::RequestWindow;
use crate::console::view::put::put;
use crate::console::view::{find, frame};

pub(in crate::console) fn draw(state: &State, window: &RequestWindow, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let screen = layout::room_for_windows(out.area());
    let inner = frame::window(state, "Request", screen.width.saturating_sub(2), screen.height, out);
    let lines = window.lines(usize::from(inner.width));
    let height = usize::from(inner.height).saturating_sub(usize::from(window.find.is_shown()));
    let length = lines.len();
    let visible = window.scroll.visible(length, height);
    for (at, line) in lines.iter().skip(visible.start).take(visible.len()).enumerate() {
        let line = Span::styled(line.clone(), theme.text);
        let line = find::mark_found(&window.find, Line::from(line), theme.marked);
        put(line, frame::row(inner, at), out);
    }
    frame::mark_more(state, inner, &visible, length, out);
    if !find::draw_find(state, &window.find, frame::row(inner, height), out) {
        let here = window.find.line().filter(|line| visible.contains(line));
        let line = frame::row(inner, here.map_or(0, |line| line - visible.start));
        out.set_cursor_position((line.x, line.y));
    }
}
