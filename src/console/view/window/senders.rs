//! Draws the window that lists the senders.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::console::model::layout;
use crate::console::model::state::State;
use crate::console::model::window::senders::SendersWindow;
use crate::console::view::frame;
use crate::console::view::paragraph::paragraph;
use crate::console::view::put::put;
use crate::storage::{BoundedCount, SenderInfo};
use crate::text::{escape_controls, fit, group_digits, wrap};

/// In place of what is not known.
const UNKNOWN: &str = "-";

/// Columns before the host: whether it is selected, and whether it is in trouble.
const MARK: usize = 3;

/// Lines with everything about the selected sender, besides those of its trouble.
const FACTS: usize = 5;

/// The columns beside the host, which gets the rest of the width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListColumn {
    Pid,
    Command,
    Version,
    Since,
    Lease,
    InFlight,
    Rate,
}

impl ListColumn {
    /// Those that fit into this many columns of the screen. The selected sender is shown in full beneath.
    fn of(width: usize) -> &'static [Self] {
        match width {
            90.. => &[
                Self::Pid,
                Self::Command,
                Self::Version,
                Self::Since,
                Self::Lease,
                Self::InFlight,
                Self::Rate,
            ],
            70.. => &[Self::Pid, Self::Command, Self::Lease, Self::InFlight, Self::Rate],
            _ => &[Self::Pid, Self::Lease, Self::InFlight, Self::Rate],
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Pid => "Pid",
            Self::Command => "Command",
            Self::Version => "Version",
            Self::Since => "Since",
            Self::Lease => "Lease",
            Self::InFlight => "In flight",
            Self::Rate => "Rate",
        }
    }

    fn width(self) -> usize {
        match self {
            Self::Since => 17,
            Self::InFlight => 10,
            Self::Command | Self::Version | Self::Rate => 9,
            Self::Pid | Self::Lease => 8,
        }
    }

    fn text(self, state: &State, sender: &SenderInfo) -> String {
        let or_unknown = |text: Option<String>| text.unwrap_or_else(|| UNKNOWN.to_owned());
        match self {
            Self::Pid => sender.pid.to_string(),
            Self::Command => or_unknown(sender.command.as_deref().map(escape_controls)),
            Self::Version => or_unknown(sender.version.as_deref().map(escape_controls)),
            Self::Since => {
                or_unknown(sender.since.map(|at| state.settings.clock.to_the_minute(at, state.now)))
            }
            Self::Lease => or_unknown(lease(state, sender)),
            Self::InFlight => or_unknown(sender.in_flight.map(|n| group_digits(n.into()))),
            Self::Rate => or_unknown(sender.rate.map(|rate| format!("{}/s", group_digits(rate.into())))),
        }
    }
}

/// What is left of a lease.
fn lease(state: &State, sender: &SenderInfo) -> Option<String> {
    sender.lease_left_s(state.now).map(|left| match left {
        0 => "ran out".to_owned(),
        left => format!("{left} s"),
    })
}

pub(in crate::console) fn draw(state: &State, window: &SendersWindow, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let screen = layout::room_for_windows(out.area());
    let title = match &window.senders {
        Some(Ok(senders)) if !senders.is_empty() => format!("Senders ({})", senders.len()),
        _ => "Senders".to_owned(),
    };
    let inner = frame::window(state, &title, 100, screen.height, out);
    let width = usize::from(inner.width);
    match &window.senders {
        None => put(Line::styled("reading …", theme.dim), frame::row(inner, 0), out),
        Some(Err(why)) => paragraph(&format!("✗ {}", escape_controls(why)), theme.bad, inner, out),
        Some(Ok(senders)) if senders.is_empty() => {
            paragraph("No process sends from this database", theme.dim, inner, out);
        }
        Some(Ok(senders)) => {
            let facts = window.selected().map(|sender| facts(state, sender, width)).unwrap_or_default();
            let room = usize::from(inner.height).saturating_sub(1 + 1 + facts.len()).max(1);
            put(heading(state, width), frame::row(inner, 0), out);
            let visible = window.list.visible(senders.len(), room.min(senders.len()));
            for at in visible.clone() {
                let Some(sender) = senders.get(at) else { continue };
                let area = frame::row(inner, 1 + at - visible.start);
                let is_selected = at == window.list.selected();
                put(row(state, sender, is_selected, width), area, out);
                if is_selected {
                    out.set_cursor_position((area.x, area.y));
                }
            }
            let length = BoundedCount::exact(senders.len() as u64);
            frame::mark_place(state, inner, &visible, window.list.selected(), length, out);
            let below = 1 + visible.len() + 1;
            for (at, line) in facts.into_iter().enumerate() {
                put(line, frame::row(inner, below + at), out);
            }
        }
    }
}

/// The columns of the host.
fn host_width(width: usize) -> usize {
    let others: usize = ListColumn::of(width).iter().map(|column| column.width()).sum();
    width.saturating_sub(others + MARK)
}

fn heading(state: &State, width: usize) -> Line<'static> {
    let mut text = " ".repeat(MARK) + &fit("Host", host_width(width));
    for column in ListColumn::of(width) {
        text.push_str(&fit(column.title(), column.width()));
    }
    Line::styled(text, state.settings.theme.label)
}

fn row(state: &State, sender: &SenderInfo, is_selected: bool, width: usize) -> Line<'static> {
    let theme = &state.settings.theme;
    let style = if is_selected { theme.selected } else { theme.text };
    let (mark, mark_style) = if sender.trouble.is_some() { ("✗", theme.bad) } else { ("●", theme.good) };
    let host_width = host_width(width);
    // A blank is left before the next column.
    let host = fit(&escape_controls(&sender.host), host_width.saturating_sub(1));
    let mut text = format!(" {host} ");
    for column in ListColumn::of(width) {
        let value = fit(&column.text(state, sender), column.width() - 1);
        text.push_str(&value);
        text.push(' ');
    }
    Line::from(vec![
        Span::styled(if is_selected { "▌" } else { " " }, theme.focus),
        Span::styled(mark, mark_style),
        Span::styled(text, style),
    ])
}

/// Everything about the selected sender.
fn facts(state: &State, sender: &SenderInfo, width: usize) -> Vec<Line<'static>> {
    let theme = &state.settings.theme;
    let or_unknown = |text: Option<String>| text.unwrap_or_else(|| "unknown".to_owned());
    let since = or_unknown(sender.since.map(|at| state.settings.clock.in_full(at)));
    let version = or_unknown(sender.version.as_deref().map(escape_controls));
    let fact = |label: &str, value: String| {
        Line::from(vec![Span::styled(fit(label, 9), theme.label), Span::styled(value, theme.text)])
    };
    let mut lines = Vec::with_capacity(FACTS + 1);
    lines.push(fact("Name", escape_controls(&sender.name)));
    lines.push(fact("Command", or_unknown(sender.command.as_deref().map(escape_controls))));
    lines.push(fact("Version", version));
    lines.push(fact("Since", since));
    if let Some(api) = &sender.api {
        lines.push(fact("HTTP API", escape_controls(api)));
    }
    if let Some(trouble) = &sender.trouble {
        let text = format!("✗ {}", escape_controls(trouble));
        lines.extend(wrap(&text, width).into_iter().map(|line| Line::styled(line, theme.bad)));
    }
    lines
}
