//! Draws pane 4, the list.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::console::frame::{self, cut, fit};
use crate::console::state::{Pane, State};
use crate::console::theme::Theme;
use crate::delivery::Summary;
use crate::profile::Choice as _;

use super::Show;
use super::state_text::{self, Tone};

/// Draws the list.
pub fn draw(state: &State, area: Rect, out: &mut Frame<'_>) {
    let deliveries = &state.deliveries;
    let title = if deliveries.is_following() {
        "Deliveries ─ following".to_owned()
    } else {
        format!("Deliveries ─ paused · {} new", deliveries.new_since_paused())
    };
    let (show, profile) = deliveries.filter();
    let filter = match (show, profile) {
        (Show::All, None) => String::new(),
        (show, None) => show.name().to_owned(),
        (Show::All, Some(title)) => cut(title, 20),
        (show, Some(title)) => format!("{} · {}", show.name(), cut(title, 20)),
    };
    let inner = frame::pane(state, Pane::Deliveries, &title, &filter, area, out);
    let focused = state.focus == Pane::Deliveries && state.overlay.is_none();
    let rows = deliveries.rows();
    let theme = &state.settings.theme;
    if rows.is_empty() {
        let hint = if filter.is_empty() { "nothing sent yet: t tests a profile" } else { "none of these" };
        out.render_widget(Line::styled(hint, theme.dim), frame::row(frame::indent(inner, 1), 0));
    }
    let visible = deliveries.list.visible(rows.len(), usize::from(inner.height));
    for at in visible.clone() {
        let here = at == deliveries.list.selected();
        let area = frame::row(inner, at - visible.start);
        out.render_widget(line(state, &rows[at], usize::from(inner.width), here, focused), area);
        if here && focused {
            out.set_cursor_position((area.x, area.y));
        }
    }
}

/// One delivery on one line: time, kind, profile, state.
#[must_use]
pub fn line(state: &State, row: &Summary, width: usize, here: bool, focused: bool) -> Line<'static> {
    let theme = &state.settings.theme;
    let (text, tone) = state_text::describe(row, state.sending.in_flight.get(&row.id), state.now);
    let time = clock(state, row.accepted_at);
    let head = format!("{time} {:5} ", row.kind.name());
    // The state says most, so it gets its room first.
    let room = width.saturating_sub(head.width() + 2);
    let title_room = room.saturating_sub(text.width() + 1).clamp(8.min(room), 24);
    let marker = if here { "▌" } else { " " };
    let style = match (here, focused) {
        (true, true) => theme.selected,
        (true, false) => theme.chosen,
        _ => theme.text,
    };
    let tone_style = if here && focused { Style::new() } else { tone_style(theme, tone) };
    let rest = room.saturating_sub(title_room + 1);
    Line::from(vec![
        Span::raw(marker),
        Span::styled(head, if here { Style::new() } else { theme.dim }),
        Span::raw(fit(&row.profile_title, title_room)),
        Span::raw(" "),
        Span::styled(fit(&text, rest), tone_style),
        Span::raw(" "),
    ])
    .style(style)
}

/// The colour of a tone.
#[must_use]
pub fn tone_style(theme: &Theme, tone: Tone) -> Style {
    match tone {
        Tone::Good => theme.good,
        Tone::Busy => theme.warn,
        Tone::Bad => theme.bad,
        Tone::Dim => theme.dim,
    }
}

/// The time of day in UTC, as the log keeps it.
#[must_use]
pub fn clock(_state: &State, at: jiff::Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}
