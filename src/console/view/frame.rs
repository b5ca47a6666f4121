//! The shared parts of panes: borders and rows.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear};
use unicode_width::UnicodeWidthStr as _;

use crate::console::model::mouse::ClickTarget;
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::model::{layout, scroll};
use crate::console::view::put::put;
use crate::storage::BoundedCount;
use crate::text::cut;

/// Columns of a pane's upper edge that neither its title nor the text on the right can use.
pub const PANE_EDGES: usize = 7;

/// Draws a pane's border with number, title and the text on the right; returns the area inside.
pub fn pane(state: &State, pane: Pane, title: &str, right: &str, area: Rect, out: &mut Frame<'_>) -> Rect {
    let theme = &state.settings.theme;
    let focused = state.is_focused(pane);
    // The border's weight shows the focus as well, not only its colour.
    let (border, kind) =
        if focused { (theme.focus, BorderType::Thick) } else { (theme.border, BorderType::Rounded) };
    // The title of an unfocused pane must stay readable, so it is not dimmed with the border.
    let plain = Style::new().fg(Color::Reset).remove_modifier(Modifier::DIM);
    let title_style = if focused { theme.focus } else { plain };
    let room = usize::from(area.width).saturating_sub(right.width() + PANE_EDGES);
    let left = Line::from(vec![
        Span::styled(format!("{} ", pane.number()), theme.key),
        Span::styled(format!("{} ", cut(title, room)), title_style),
    ]);
    let mut block = Block::bordered().border_type(kind).border_style(border).title_top(left);
    if !right.is_empty() {
        block = block.title_top(Line::styled(format!(" {right} "), theme.dim).right_aligned());
    }
    let inner = block.inner(area);
    out.render_widget(block, area);
    if focused {
        park_cursor(indent(inner, 1), out);
    }
    state.mouse.note(area, ClickTarget::Pane(pane));
    inner
}

/// Draws the border of something that is only shown, and never focused; returns the area inside.
pub fn panel(state: &State, title: &str, right: &str, area: Rect, out: &mut Frame<'_>) -> Rect {
    let theme = &state.settings.theme;
    let room = usize::from(area.width).saturating_sub(right.width() + PANE_EDGES);
    let plain = Style::new().fg(Color::Reset).remove_modifier(Modifier::DIM);
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.border)
        .title_top(Line::styled(format!("{} ", cut(title, room)), plain))
        .title_top(Line::styled(format!(" {right} "), theme.dim).right_aligned());
    let inner = block.inner(area);
    out.render_widget(block, area);
    inner
}

/// Draws a window in the middle of the screen, over top line and footer; returns the area inside.
pub fn window(state: &State, title: &str, width: u16, height: u16, out: &mut Frame<'_>) -> Rect {
    let theme = &state.settings.theme;
    let screen = layout::room_for_windows(out.area());
    let (width, height) = (width.min(screen.width), height.min(screen.height));
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    };
    let block = Block::bordered().border_type(BorderType::Thick).border_style(theme.focus).title_top(
        Line::styled(format!(" {} ", cut(title, usize::from(width).saturating_sub(4))), theme.focus),
    );
    let inner = block.inner(area);
    out.render_widget(Clear, area);
    out.render_widget(block, area);
    let inner = indent(Rect { width: inner.width.saturating_sub(1), ..inner }, 1);
    park_cursor(inner, out);
    inner
}

/// Shows on the lower edge of a pane or window how many lines are hidden above and below.
pub fn mark_more(state: &State, inner: Rect, visible: &Range<usize>, length: usize, out: &mut Frame<'_>) {
    let more = scroll::more(visible, length);
    if !more.is_empty() {
        put_on_edge(state, inner, more, out);
    }
}

/// The same for a list, of which not all rows may be loaded, and which of them is selected: `13 of 133 ↑3 ↓118`.
pub fn mark_place(
    state: &State,
    inner: Rect,
    visible: &Range<usize>,
    selected: usize,
    length: BoundedCount,
    out: &mut Frame<'_>,
) {
    let place = scroll::place(visible, selected, length);
    if !place.is_empty() {
        put_on_edge(state, inner, place, out);
    }
}

fn put_on_edge(state: &State, inner: Rect, text: String, out: &mut Frame<'_>) {
    let edge = Rect { y: inner.y + inner.height, height: 1, ..inner };
    let text = Span::styled(text, state.settings.theme.dim.remove_modifier(Modifier::BOLD));
    put(Line::from(text).right_aligned(), edge, out);
}

/// Puts the cursor at the focus, for screen readers, until a field there places it more exactly.
fn park_cursor(area: Rect, out: &mut Frame<'_>) {
    if !area.is_empty() {
        out.set_cursor_position((area.x, area.y));
    }
}

/// Line `n` of an area; empty when it has fewer.
#[must_use]
pub fn row(area: Rect, n: usize) -> Rect {
    let n = u16::try_from(n).unwrap_or(u16::MAX);
    if n < area.height { Rect { y: area.y + n, height: 1, ..area } } else { Rect { height: 0, ..area } }
}

/// The area without its first columns.
#[must_use]
pub fn indent(area: Rect, columns: u16) -> Rect {
    let columns = columns.min(area.width);
    Rect { x: area.x + columns, width: area.width - columns, ..area }
}
