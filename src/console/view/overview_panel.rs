//! The numbers of each profile on wide screens, beneath the selected profile while none is edited.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::console::model::state::State;
use crate::console::view::paragraph::paragraph;
use crate::console::view::put::put;
use crate::console::view::{frame, overview_table};
use crate::text::{escape_controls, group_digits};

/// Draws the profiles that come first, as many as there is room for.
pub fn draw(state: &State, area: Rect, out: &mut Frame<'_>) {
    let (theme, panel) = (&state.settings.theme, &state.overview);
    let rows = panel.rows();
    let count = if rows.is_empty() { String::new() } else { group_digits(rows.len() as u64) };
    let key = state.settings.keys.spell("{overview} shows all");
    let title = format!("Overview: {}", panel.range().name());
    let right = if count.is_empty() { key } else { format!("{key} · {count}") };
    let inner = frame::indent(frame::panel(state, &title, &right, area, out), 1);
    let width = usize::from(inner.width);
    match &panel.numbers {
        None => put(Line::styled("reading …", theme.dim), frame::row(inner, 0), out),
        Some(Err(why)) => paragraph(&format!("✗ {}", escape_controls(why)), theme.bad, inner, out),
        Some(Ok(numbers)) if rows.is_empty() => {
            let since = state.settings.clock.to_the_minute(numbers.stats.since, state.now);
            put(
                Line::styled(format!("Nothing happened since {since}"), theme.dim),
                frame::row(inner, 0),
                out,
            );
        }
        Some(Ok(numbers)) => {
            put(overview_table::heading(state, width), frame::row(inner, 0), out);
            let shown = rows.len().min(usize::from(inner.height).saturating_sub(1));
            for (at, of) in rows.iter().enumerate().take(shown) {
                let line = overview_table::row(state, panel, (&numbers.stats, of), false, width);
                put(line, frame::row(inner, 1 + at), out);
            }
            frame::mark_more(state, inner, &(0..shown), rows.len(), out);
        }
    }
}
