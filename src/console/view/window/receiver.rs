//! Draws the window of the built-in endpoint.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::model::list::List;
use crate::console::model::state::State;
use crate::console::model::window::receiver::{ReceiverWindow, SETTINGS};
use crate::console::model::{layout, scroll};
use crate::console::view::frame;
use crate::console::view::put::put;
use crate::receiver::{Behaviour, Received, Reply};
use crate::text::{fit, group_digits, wrap};

/// Lines above the list of requests.
const HEAD: u16 = 8;

fn shown(behaviour: &Behaviour, setting: usize) -> String {
    let yes = |on: bool, what: &str| if on { format!("yes: {what}") } else { "no".to_owned() };
    match setting {
        0 => behaviour.status.to_string(),
        1 => match behaviour.fail_first {
            0 => "none".to_owned(),
            n if behaviour.reset => format!("{n} of each delivery, with a reset"),
            n if behaviour.hang => format!("{n} of each delivery, with a hang"),
            n => format!("{n} of each delivery, with {}", behaviour.fail_status),
        },
        2 if behaviour.delay.is_zero() => "none".to_owned(),
        2 => format!("{} ms", behaviour.delay.as_millis()),
        3 => yes(behaviour.hang, "no response"),
        _ => yes(behaviour.reset, "the connection is closed"),
    }
}

pub(in crate::console) fn draw(state: &State, window: &ReceiverWindow, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let keys = &state.settings.keys;
    let receiver = &state.receiver;
    let screen = layout::room_for_windows(out.area());
    let inner = frame::window(state, "Receiver", 100, screen.height, out);
    let head = if let Some(address) = &receiver.address {
        let copies = format!("  {} copies it", keys.shown("receiver-window-copy-id"));
        Line::from(vec![
            Span::styled("● listens on ", theme.good),
            Span::raw(format!("http://{address}/")),
            Span::styled(copies, theme.dim),
        ])
    } else {
        let start = keys.shown("receiver-window-toggle");
        Line::styled(format!("○ off · {start} starts it on this machine"), theme.dim)
    };
    put(head, frame::row(inner, 0), out);
    let selected = window.list.selected();
    for (at, label) in SETTINGS.iter().enumerate() {
        let here = at == selected;
        let value = shown(&receiver.behaviour, at);
        let style = if here { theme.selected } else { theme.text };
        let line = Line::from(vec![
            Span::styled(if here { "▌" } else { " " }, theme.focus),
            Span::styled(fit(label, 17), theme.label),
            Span::styled(format!("‹ {value} ›"), style),
        ]);
        let area = frame::row(inner, at + 2);
        put(line, area, out);
        if here {
            out.set_cursor_position((area.x, area.y));
        }
    }
    let below = inner.height.saturating_sub(HEAD);
    requests(state, window, Rect { y: inner.y + HEAD, height: below, ..inner }, out);
}

/// Draws the requests: a list, and one of them in more detail.
fn requests(state: &State, window: &ReceiverWindow, area: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let arrived = &state.receiver.arrived;
    let width = usize::from(area.width);
    let selected = window.selected();
    let free = usize::from(area.height).saturating_sub(1);
    let list_room = arrived.len().min(free / 2);
    let mut list = List::default();
    // Without a selection the newest is shown.
    list.select(selected.unwrap_or(0));
    let visible = if list_room == 0 { 0..0 } else { list.visible(arrived.len(), list_room) };
    put(heading(state, selected, &visible), frame::row(area, 0), out);
    for at in visible.clone() {
        let Some(request) = arrived.get(at) else { continue };
        let here = selected == Some(at);
        let row = frame::row(area, 1 + at - visible.start);
        let style = if here { theme.selected } else { theme.text };
        let line = Line::from(vec![
            Span::styled(if here { "▌" } else { " " }, theme.focus),
            Span::styled(fit(&request_line(state, request), width.saturating_sub(1)), style),
        ]);
        put(line, row, out);
        if here {
            out.set_cursor_position((row.x, row.y));
        }
    }
    let Some(request) = arrived.get(selected.unwrap_or(0)) else { return };
    // A blank line between the two if there is room for it.
    let top = 1 + list_room + usize::from(free > 5);
    let text = window.text(request, state.settings.clock.zone());
    let lines: Vec<String> = text.lines().flat_map(|line| wrap(line, width)).collect();
    let count = lines.len().min(usize::from(area.height).saturating_sub(top));
    frame::mark_more(state, area, &(0..count), lines.len(), out);
    for (at, line) in lines.into_iter().enumerate().take(count) {
        put(Line::styled(line, theme.text), frame::row(area, top + at), out);
    }
}

/// The number of requests, and the keys that lead to them.
fn heading(state: &State, selected: Option<usize>, visible: &std::ops::Range<usize>) -> Line<'static> {
    let theme = &state.settings.theme;
    let keys = &state.settings.keys;
    let arrived = &state.receiver.arrived;
    let dropped = match arrived.dropped() {
        0 => String::new(),
        1 => " · 1 older one was dropped".to_owned(),
        n => format!(" · {} older ones were dropped", group_digits(n)),
    };
    let hint = match selected {
        None if !arrived.is_empty() => format!(" · {} selects one", keys.shown("list-down")),
        _ => String::new(),
    };
    let more = scroll::more(visible, arrived.len());
    Line::from(vec![
        Span::styled(format!("Received ({})", arrived.len()), theme.focus),
        Span::styled(format!("{dropped}{hint}  {more}"), theme.dim),
    ])
}

fn request_line(state: &State, request: &Received) -> String {
    let answer = match request.response.reply {
        Reply::Status(status) => status.to_string(),
        Reply::Hung => "hang".to_owned(),
        Reply::Reset => "reset".to_owned(),
    };
    let time = state.settings.clock.of_day(request.received_at);
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    format!("{time} {:6} → {answer:9} {}{query}", request.method, request.path)
}
