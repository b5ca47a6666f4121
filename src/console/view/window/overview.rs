//! Draws the window with the numbers of each profile.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::console::model::state::State;
use crate::console::model::window::overview::OverviewWindow;
use crate::console::model::{health, layout};
use crate::console::view::frame;
use crate::console::view::overview_table::{self, UNKNOWN, graph};
use crate::console::view::paragraph::paragraph;
use crate::console::view::phase_bar;
use crate::console::view::put::put;
use crate::profile::ProfileId;
use crate::storage::{BoundedCount, Stats};
use crate::text::{escape_controls, failure_words, fit, group_digits, millis};

/// The columns that the window takes at most.
const WIDTH: u16 = 150;

/// Columns of the labels below the list.
const LABEL: usize = 11;

pub(in crate::console) fn draw(state: &State, window: &OverviewWindow, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let screen = layout::room_for_windows(out.area());
    let count = match window.rows().len() {
        0 => String::new(),
        n => format!(" ({})", group_digits(n as u64)),
    };
    let title = format!("Overview: {}{count}", window.range().name());
    let inner = frame::window(state, &title, WIDTH, screen.height, out);
    let width = usize::from(inner.width);
    match &window.numbers {
        None => put(Line::styled("reading …", theme.dim), frame::row(inner, 0), out),
        Some(Err(why)) => paragraph(&format!("✗ {}", escape_controls(why)), theme.bad, inner, out),
        Some(Ok(numbers)) if numbers.stats.rows.is_empty() => {
            let since = state.settings.clock.in_full(numbers.stats.since);
            paragraph(&format!("Nothing happened since {since}"), theme.dim, inner, out);
        }
        Some(Ok(numbers)) => {
            let rows = window.rows();
            let facts = facts(state, window, &numbers.stats, width);
            let room = usize::from(inner.height).saturating_sub(1 + 1 + facts.len()).max(1);
            put(overview_table::heading(state, width), frame::row(inner, 0), out);
            let visible = window.list.visible(rows.len(), room.min(rows.len()));
            for at in visible.clone() {
                let Some(of) = rows.get(at) else { continue };
                let area = frame::row(inner, 1 + at - visible.start);
                let is_selected = at == window.list.selected();
                let line = overview_table::row(state, window, (&numbers.stats, of), is_selected, width);
                put(line, area, out);
                if is_selected {
                    out.set_cursor_position((area.x, area.y));
                }
            }
            let length = BoundedCount::exact(rows.len() as u64);
            frame::mark_place(state, inner, &visible, window.list.selected(), length, out);
            let below = 1 + visible.len() + 1;
            for (at, line) in facts.into_iter().enumerate() {
                put(line, frame::row(inner, below + at), out);
            }
        }
    }
}

/// Everything about the selected profile.
fn facts(state: &State, window: &OverviewWindow, read: &Stats, width: usize) -> Vec<Line<'static>> {
    let theme = &state.settings.theme;
    let Some(of) = window.selected() else { return Vec::new() };
    let fact = |label: &str, value: String, style: Style| {
        let value = fit(&value, width.saturating_sub(LABEL));
        Line::from(vec![Span::styled(fit(label, LABEL), theme.label), Span::styled(value, style)])
    };
    let number = |n: Option<u64>| n.map_or_else(|| UNKNOWN.to_owned(), group_digits);
    let deliveries = format!(
        "{} accepted · {} delivered · {} failed · {} pending",
        number(of.accepted),
        number(of.delivered),
        number(of.failed),
        number(of.pending)
    );
    let p99 = of.p99_ms.map(|ms| format!(" · p99 {}", millis(ms.into()))).unwrap_or_default();
    let phases = of.phases.unwrap_or_default();
    let connections = match phases.new_connections {
        0 => String::new(),
        1 => " · 1 new connection".to_owned(),
        n => format!(" · {} new connections", group_digits(n)),
    };
    let failures = failure_words(&of.failures, &of.failed_statuses);
    let mut lines = vec![
        fact("Profile", window.title(of).to_owned(), theme.text),
        fact("Deliveries", deliveries, theme.text),
        fact("Attempts", format!("{}{p99}{connections}", number(of.attempts)), theme.text),
    ];
    let shares = phase_bar::of_many(&phases, width.saturating_sub(LABEL), theme);
    if !shares.is_empty() {
        let label = Span::styled(fit("Slowest", LABEL), theme.label);
        lines.push(Line::from([vec![label], shares].concat()));
    }
    if let Some(why) = ProfileId::parse(&of.key).ok().and_then(|id| health::words(state, &id)) {
        lines.push(fact("Health", why, theme.bad));
    }
    if !failures.is_empty() {
        lines.push(fact("Failures", failures.join(", "), theme.bad));
    }
    if let Some(minutes) = window.minutes(of) {
        lines.push(fact("Last hour", graph(minutes, width.saturating_sub(LABEL)), theme.text));
    }
    let since = state.settings.clock.seconds_in_full(read.since);
    lines.push(fact("Counted", format!("since {since} · tests and resends count"), theme.dim));
    lines
}
