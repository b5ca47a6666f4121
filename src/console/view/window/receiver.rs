//! Draws the window of the built-in endpoint.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::model::list::List;
use crate::console::model::receiver::ReceiverState;
use crate::console::model::state::State;
use crate::console::model::window::receiver::{RESPONSES, ReceiverWindow, SCRIPTED, SETTINGS};
use crate::console::model::{layout, scroll};
use crate::console::view::frame;
use crate::console::view::put::put;
use crate::receiver::{Received, Reply};
use crate::text::{cut, escape_controls, fit, group_digits, wrap};

/// From this height on, blank lines divide the settings from what is above and below.
const ROOMY: u16 = 16;

fn shown(receiver: &ReceiverState, setting: usize) -> String {
    let behaviour = &receiver.behaviour;
    let yes = |on: bool, what: &str| if on { format!("yes: {what}") } else { "no".to_owned() };
    match setting {
        _ if behaviour.script.is_some() && SCRIPTED.contains(&setting) => "by the script".to_owned(),
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
        4 => yes(behaviour.reset, "the connection is closed"),
        RESPONSES => responses(receiver),
        _ => match &receiver.verifying {
            None => "no profile".to_owned(),
            Some(verifying) => escape_controls(&verifying.title),
        },
    }
}

/// Script, headers, body and paths in short.
fn responses(receiver: &ReceiverState) -> String {
    let ReceiverState { behaviour, paths, .. } = receiver;
    let mut parts = Vec::new();
    parts.extend(behaviour.script.as_ref().map(ToString::to_string));
    match behaviour.headers.len() {
        0 => {}
        1 => parts.push("1 header".to_owned()),
        n => parts.push(format!("{n} headers")),
    }
    if behaviour.body.is_some() {
        parts.push("own body".to_owned());
    }
    if !paths.is_for_all() {
        parts.push(format!("only {}", escape_controls(&paths.to_string())));
    }
    if parts.is_empty() { "none".to_owned() } else { parts.join(" · ") }
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
    let gap = usize::from(inner.height >= ROOMY);
    let room = usize::from(inner.width).saturating_sub(21 + 4);
    for (at, label) in SETTINGS.iter().enumerate() {
        let here = at == selected;
        let value = shown(receiver, at);
        let style = if here { theme.selected } else { theme.text };
        let line = Line::from(vec![
            Span::styled(if here { "▌" } else { " " }, theme.focus),
            Span::styled(fit(label, 20), theme.label),
            Span::styled(format!("‹ {} ›", cut(&value, room)), style),
        ]);
        let area = frame::row(inner, 1 + gap + at);
        put(line, area, out);
        if here {
            out.set_cursor_position((area.x, area.y));
        }
    }
    let head = u16::try_from(1 + SETTINGS.len() + 2 * gap).unwrap_or(u16::MAX).min(inner.height);
    let rest = Rect { y: inner.y + head, height: inner.height - head, ..inner };
    requests(state, window, rest, out);
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
            Span::styled(fit(&request_line(state, request, at), width.saturating_sub(1)), style),
        ]);
        put(line, row, out);
        if here {
            out.set_cursor_position((row.x, row.y));
        }
    }
    // A blank line between the two if there is room for it.
    let top = 1 + list_room + usize::from(free > 5);
    let zone = state.settings.clock.zone();
    let Some(text) = window.text(&state.receiver, selected.unwrap_or(0), zone) else { return };
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

fn request_line(state: &State, request: &Received, at: usize) -> String {
    let answer = match request.response.reply {
        Reply::Status(status) => status.to_string(),
        Reply::Hung => "hang".to_owned(),
        Reply::Reset => "reset".to_owned(),
    };
    let (clock, at_time) = (&state.settings.clock, request.received_at);
    let time = if clock.is_today(at_time, state.now) {
        clock.of_day(at_time)
    } else {
        clock.to_the_minute(at_time, state.now)
    };
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let verified = match (&state.receiver.verifying, state.receiver.arrived.verification(at)) {
        (None, _) => "",
        (Some(_), None) => "… ",
        (Some(_), Some(verification)) => match verification.is_verified() {
            Some(true) => "✓ ",
            Some(false) => "✗ ",
            None => "– ",
        },
    };
    format!("{time} {:6} → {answer:9} {verified}{}{query}", request.method, request.path)
}
