//! The table of the numbers of each profile.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::console::model::state::State;
use crate::console::model::window::overview::OverviewWindow;
use crate::storage::{Stats, StatsRow};
use crate::text::{fit, group_digits, millis, percent};

/// In place of what is not known.
pub const UNKNOWN: &str = "-";

/// Columns before the title: whether it is selected, and whether it is failing.
const MARK: usize = 3;

/// The heights of a period in the last hour; nothing happened in the first.
const HEIGHTS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The columns beside the title, which gets the rest of the width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NumberColumn {
    PerMinute,
    Success,
    Failed,
    Median,
    Most,
    Graph,
}

impl NumberColumn {
    /// Those that fit into this many columns of the screen.
    fn of(width: usize) -> &'static [Self] {
        const ALL: [NumberColumn; 6] = [
            NumberColumn::PerMinute,
            NumberColumn::Success,
            NumberColumn::Failed,
            NumberColumn::Median,
            NumberColumn::Most,
            NumberColumn::Graph,
        ];
        match width {
            100.. => &ALL,
            70.. => &ALL[..5],
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
            Self::Graph => "Attempts in the last hour",
        }
    }

    fn width(self) -> usize {
        match self {
            Self::Median | Self::Most => 11,
            Self::PerMinute | Self::Success => 10,
            Self::Failed => 9,
            Self::Graph => 31,
        }
    }

    fn text(self, window: &OverviewWindow, stats: &Stats, row: &StatsRow) -> String {
        let ms = |ms: Option<u32>| ms.map(|ms| millis(ms.into()));
        let text = match self {
            Self::PerMinute => row.delivered.map(|n| per_minute(stats, n)),
            Self::Success => row.success_rate.map(percent),
            Self::Failed => row.failed.map(group_digits),
            Self::Median => ms(row.p50_ms),
            Self::Most => ms(row.p95_ms),
            Self::Graph => {
                let minutes = window.minutes(row).unwrap_or_default();
                return graph(minutes, self.width() - 1);
            }
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

/// The columns of the title.
fn title_width(width: usize) -> usize {
    let others: usize = NumberColumn::of(width).iter().map(|column| column.width()).sum();
    width.saturating_sub(others + MARK)
}

/// The names of the columns.
#[must_use]
pub fn heading(state: &State, width: usize) -> Line<'static> {
    let mut text = " ".repeat(MARK) + &fit("Profile", title_width(width));
    for column in NumberColumn::of(width) {
        text.push_str(&fit(column.title(), column.width()));
    }
    Line::styled(text, state.settings.theme.label)
}

/// The numbers of a profile.
#[must_use]
pub fn row(
    state: &State,
    window: &OverviewWindow,
    (read, of): (&Stats, &StatsRow),
    is_selected: bool,
    width: usize,
) -> Line<'static> {
    let theme = &state.settings.theme;
    let style = if is_selected { theme.selected } else { theme.text };
    let (mark, mark_style) = if window.is_failing(of) { ("✗", theme.bad) } else { ("●", theme.good) };
    // A blank is left before the next column.
    let title = fit(window.title(of), title_width(width).saturating_sub(1));
    let mut spans = vec![
        Span::styled(if is_selected { "▌" } else { " " }, theme.focus),
        Span::styled(mark, mark_style),
        Span::styled(format!(" {title} "), style),
    ];
    let has_failed = of.failed.is_some_and(|n| n > 0);
    for column in NumberColumn::of(width) {
        let text = fit(&column.text(window, read, of), column.width() - 1);
        let is_bad = *column == NumberColumn::Failed && has_failed && !is_selected;
        let style: Style = if is_bad { theme.bad } else { style };
        spans.push(Span::styled(format!("{text} "), style));
    }
    Line::from(spans)
}

/// A character for each minute, or for each few minutes where there are fewer columns: the highest for the busiest.
#[must_use]
pub fn graph(minutes: &[u64], columns: usize) -> String {
    let each = minutes.len().div_ceil(columns.max(1)).max(1);
    let sums: Vec<u64> = minutes.chunks(each).map(|some| some.iter().sum()).collect();
    let most = sums.iter().copied().max().unwrap_or(0).max(1);
    let highest = HEIGHTS.len() as u64 - 1;
    let height = |n: &u64| {
        let at = n.saturating_mul(highest).div_ceil(most);
        HEIGHTS.get(usize::try_from(at).unwrap_or(0)).copied().unwrap_or('·')
    };
    sums.iter().map(height).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::storage::StatsBy;

    #[test]
    fn each_period_has_its_height() {
        assert_eq!(graph(&[0, 1, 50, 100], 4), "·▁▄█");
        assert_eq!(graph(&[0, 0], 60), "··");
        assert_eq!(graph(&[1], 60), "█");
        assert_eq!(graph(&[0, 1, 50, 100], 2), "▁█");
        assert_eq!(graph(&[], 60), "");
    }

    #[test]
    fn a_rate_is_never_nothing_while_something_arrives() {
        let until = Timestamp::from_second(3600).unwrap();
        let hour = Stats { since: Timestamp::UNIX_EPOCH, until, by: StatsBy::Profile, rows: Vec::new() };
        let told = [0, 1, 6, 90, 600, 120_000].map(|n| per_minute(&hour, n));
        assert_eq!(told, ["0.0", "<0.1", "0.1", "1.5", "10", "2 000"]);
    }
}
