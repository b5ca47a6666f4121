//! Draws the window that lists bulk retries and resends.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::console::model::layout;
use crate::console::model::state::State;
use crate::console::model::window::bulk::BulkWindow;
use crate::console::view::frame;
use crate::console::view::paragraph::paragraph;
use crate::console::view::put::put;
use crate::documents::bulk_result;
use crate::storage::{BoundedCount, BulkAction};
use crate::text::{escape_controls, fit, group_digits, wrap};

/// The columns of the labels beneath the list.
const LABEL: usize = 11;

pub(in crate::console) fn draw(state: &State, window: &BulkWindow, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let results = &state.bulk_results;
    let rows = results.rows();
    let title =
        if rows.is_empty() { "Bulk actions".to_owned() } else { format!("Bulk actions ({})", rows.len()) };
    let screen = layout::room_for_windows(out.area());
    let inner = frame::window(state, &title, 100, screen.height, out);
    let width = usize::from(inner.width);
    if let Some(why) = &results.error {
        paragraph(&format!("✗ {}", escape_controls(why)), theme.bad, inner, out);
        return;
    }
    if rows.is_empty() {
        let text = if results.is_read {
            let none = "None yet: in the deliveries, {deliveries-send-all-again} resends all that match the filter, and \
                        {deliveries-retry-all} retries them";
            state.settings.keys.spell(none)
        } else {
            "reading …".into()
        };
        paragraph(&text, theme.dim, inner, out);
        return;
    }
    let facts = window.selected(results).map(|action| facts(state, action, width)).unwrap_or_default();
    let room = usize::from(inner.height).saturating_sub(1 + facts.len()).max(1);
    let visible = window.list.visible(rows.len(), room.min(rows.len()));
    for at in visible.clone() {
        let Some(action) = rows.get(at) else { continue };
        let area = frame::row(inner, at - visible.start);
        let is_selected = at == window.list.selected();
        put(row(state, action, is_selected, width), area, out);
        if is_selected {
            out.set_cursor_position((area.x, area.y));
        }
    }
    frame::mark_place(
        state,
        inner,
        &visible,
        window.list.selected(),
        BoundedCount::exact(rows.len() as u64),
        out,
    );
    for (at, line) in facts.into_iter().enumerate() {
        put(line, frame::row(inner, visible.len() + 1 + at), out);
    }
}

/// The sign of an action, and its colour: whether it is going on, all was delivered, or something else became of it.
fn sign(state: &State, action: &BulkAction) -> (&'static str, Style) {
    let theme = &state.settings.theme;
    match action.counts {
        _ if !action.has_ended(state.now) => ("◐", theme.warn),
        counts if counts.delivered == action.changed() && action.unchanged == 0 => ("●", theme.good),
        counts if counts.failed > 0 => ("✗", theme.bad),
        _ => ("○", theme.dim),
    }
}

fn row(state: &State, action: &BulkAction, is_selected: bool, width: usize) -> Line<'static> {
    let theme = &state.settings.theme;
    let style = if is_selected { theme.selected } else { theme.text };
    let (sign, sign_style) = sign(state, action);
    let at = state.settings.clock.in_list(action.begun_at, state.now);
    let text = fit(&format!(" {at}  {}", bulk_result(action)), width.saturating_sub(2));
    Line::from(vec![
        Span::styled(if is_selected { "▌" } else { " " }, theme.focus),
        Span::styled(sign, sign_style),
        Span::styled(text, style),
    ])
}

/// Everything about the selected action.
fn facts(state: &State, action: &BulkAction, width: usize) -> Vec<Line<'static>> {
    let theme = &state.settings.theme;
    let fact = |label: &str, value: String| {
        Line::from(vec![Span::styled(fit(label, LABEL), theme.label), Span::styled(value, theme.text)])
    };
    let counts = action.counts;
    let mut lines = Vec::new();
    let what = wrap(&escape_controls(&action.what), width.saturating_sub(LABEL));
    for (at, line) in what.into_iter().enumerate() {
        lines.push(fact(if at == 0 { "What" } else { "" }, line));
    }
    lines.push(fact("Began", state.settings.clock.in_full(action.begun_at)));
    let numbers = [
        ("Matched", action.wanted, true),
        ("Resent", action.resent, action.resent > 0),
        ("Retried", action.retried, action.retried > 0),
        ("Unchanged", action.unchanged, action.unchanged > 0),
        ("Delivered", counts.delivered, true),
        ("Failed", counts.failed, true),
        ("Cancelled", counts.cancelled, counts.cancelled > 0),
        ("Pending", counts.pending(), counts.pending() > 0),
        ("Gone", action.removed(), action.removed() > 0),
    ];
    lines.extend(
        numbers.into_iter().filter(|(.., shown)| *shown).map(|(label, n, _)| fact(label, group_digits(n))),
    );
    lines.push(fact("ID", action.id.to_string()));
    lines
}
