//! Draws the window with the numbers of each profile.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::console::model::layout;
use crate::console::model::state::State;
use crate::console::model::window::overview::OverviewWindow;
use crate::console::view::frame;
use crate::console::view::paragraph::paragraph;
use crate::console::view::put::put;
use crate::storage::{BoundedCount, Stats, StatsRow};
use crate::text::{escape_controls, fit, group_digits, millis, percent};

/// In place of what is not known.
const UNKNOWN: &str = "-";

/// Columns before the title: whether it is selected, and whether it is failing.
const MARK: usize = 3;

/// Columns of the labels below the list.
const LABEL: usize = 11;

/// The heights of a minute in the last hour; nothing happened in the first.
const HEIGHTS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The columns beside the title, which gets the rest of the width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NumberColumn {
    PerMinute,
    Success,
    Failed,
    Median,
    Most,
}

impl NumberColumn {
    /// Those that fit into this many columns of the screen. The selected profile is shown in full beneath.
    fn of(width: usize) -> &'static [Self] {
        match width {
            70.. => &[Self::PerMinute, Self::Success, Self::Failed, Self::Median, Self::Most],
            _ => &[Self::Success, Self::Failed, Self::Most],
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::PerMinute => "Per min",
            Self::Success => "Success",
            Self::Failed => "Failed",
            Self::Median => "p50",
            Self::Most => "p95",
        }
    }

    fn width(self) -> usize {
        match self {
            Self::Median | Self::Most => 11,
            Self::PerMinute | Self::Success => 10,
            Self::Failed => 9,
        }
    }

    fn text(self, stats: &Stats, row: &StatsRow) -> String {
        let ms = |ms: Option<u32>| ms.map(|ms| millis(ms.into()));
        let text = match self {
            Self::PerMinute => row.delivered.map(|n| per_minute(stats, n)),
            Self::Success => row.success_rate.map(percent),
            Self::Failed => row.failed.map(group_digits),
            Self::Median => ms(row.p50_ms),
            Self::Most => ms(row.p95_ms),
        };
        text.unwrap_or_else(|| UNKNOWN.to_owned())
    }
}

/// How many of these are in a minute, with a decimal below ten.
fn per_minute(stats: &Stats, n: u64) -> String {
    let seconds = stats.until.duration_since(stats.since).as_secs().max(60).unsigned_abs();
    let tenths = n.saturating_mul(600) / seconds;
    match tenths {
        0 if n > 0 => "<0.1".to_owned(),
        0..100 => format!("{}.{}", tenths / 10, tenths % 10),
        _ => group_digits(tenths / 10),
    }
}

pub(in crate::console) fn draw(state: &State, window: &OverviewWindow, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let screen = layout::room_for_windows(out.area());
    let count = match window.rows().len() {
        0 => String::new(),
        n => format!(" ({})", group_digits(n as u64)),
    };
    let title = format!("Overview: last {}{count}", window.range().name());
    let inner = frame::window(state, &title, 100, screen.height, out);
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
            put(heading(state, width), frame::row(inner, 0), out);
            let visible = window.list.visible(rows.len(), room.min(rows.len()));
            for at in visible.clone() {
                let Some(of) = rows.get(at) else { continue };
                let area = frame::row(inner, 1 + at - visible.start);
                let is_selected = at == window.list.selected();
                put(row(state, window, &numbers.stats, of, is_selected, width), area, out);
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

/// The columns of the title.
fn title_width(width: usize) -> usize {
    let others: usize = NumberColumn::of(width).iter().map(|column| column.width()).sum();
    width.saturating_sub(others + MARK)
}

fn heading(state: &State, width: usize) -> Line<'static> {
    let mut text = " ".repeat(MARK) + &fit("Profile", title_width(width));
    for column in NumberColumn::of(width) {
        text.push_str(&fit(column.title(), column.width()));
    }
    Line::styled(text, state.settings.theme.label)
}

fn row(
    state: &State,
    window: &OverviewWindow,
    read: &Stats,
    of: &StatsRow,
    is_selected: bool,
    width: usize,
) -> Line<'static> {
    let theme = &state.settings.theme;
    let style = if is_selected { theme.selected } else { theme.text };
    let (mark, mark_style) = if window.is_failing(of) { ("✗", theme.bad) } else { ("●", theme.good) };
    // A blank is left before the next column.
    let title = fit(window.title(of), title_width(width).saturating_sub(1));
    let mut text = format!(" {title} ");
    for column in NumberColumn::of(width) {
        text.push_str(&fit(&column.text(read, of), column.width() - 1));
        text.push(' ');
    }
    Line::from(vec![
        Span::styled(if is_selected { "▌" } else { " " }, theme.focus),
        Span::styled(mark, mark_style),
        Span::styled(text, style),
    ])
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
    let mut by_class: Vec<(&str, u64)> = of.failures.iter().map(|(class, n)| (*class, *n)).collect();
    by_class.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let failures: Vec<String> =
        by_class.into_iter().map(|(class, n)| format!("{class} {}", group_digits(n))).collect();
    let mut lines = vec![
        fact("Profile", window.title(of).to_owned(), theme.text),
        fact("Deliveries", deliveries, theme.text),
        fact("Attempts", format!("{}{p99}", number(of.attempts)), theme.text),
    ];
    if !failures.is_empty() {
        lines.push(fact("Failures", failures.join(" · "), theme.bad));
    }
    if let Some(minutes) = window.minutes() {
        let shown = minutes.len().min(width.saturating_sub(LABEL));
        let last = minutes.get(minutes.len() - shown..).unwrap_or_default();
        lines.push(fact("Last hour", heights(last), theme.text));
    }
    lines.push(fact("Since", state.settings.clock.in_full(read.since), theme.dim));
    lines
}

/// A character for each minute, the highest for the busiest one.
fn heights(minutes: &[u64]) -> String {
    let most = minutes.iter().copied().max().unwrap_or(0).max(1);
    let highest = HEIGHTS.len() as u64 - 1;
    let height = |n: &u64| {
        let at = n.saturating_mul(highest).div_ceil(most);
        HEIGHTS.get(usize::try_from(at).unwrap_or(0)).copied().unwrap_or('·')
    };
    minutes.iter().map(height).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::storage::StatsBy;

    #[test]
    fn each_minute_has_its_height() {
        assert_eq!(heights(&[0, 1, 50, 100]), "·▁▄█");
        assert_eq!(heights(&[0, 0]), "··");
        assert_eq!(heights(&[1]), "█");
    }

    #[test]
    fn a_rate_is_never_nothing_while_something_arrives() {
        let until = Timestamp::from_second(3600).unwrap();
        let hour = Stats { since: Timestamp::UNIX_EPOCH, until, by: StatsBy::Profile, rows: Vec::new() };
        let told = [0, 1, 6, 90, 600, 120_000].map(|n| per_minute(&hour, n));
        assert_eq!(told, ["0.0", "<0.1", "0.1", "1.5", "10", "2 000"]);
    }
}
