//! The built-in endpoint: how it answers, and what arrived.

use std::time::Duration;

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::console::frame::{self, fit};
use crate::console::list::List;
use crate::console::message::Effect;
use crate::console::scroll;
use crate::console::state::{ReceiverState, State};
use crate::keymap::Action;
use crate::receiver::{Answer, Behaviour, Received};
use crate::shown::grouped;

use super::Overlay;

/// The window.
#[derive(Debug, Default)]
pub struct ReceiverWindow {
    list: List,
}

impl ReceiverWindow {
    /// Why an action cannot be done in this window; `None` when it can.
    #[must_use]
    pub fn why_not(&self, receiver: &ReceiverState, action: Action) -> Option<&'static str> {
        match action {
            Action::CopyId if receiver.address.is_none() => {
                Some("the receiver is off: {receiver-window-toggle} starts it")
            }
            Action::Left | Action::Right if self.list.selected() >= SETTINGS.len() => {
                Some("a request is chosen: the settings stand above")
            }
            _ => None,
        }
    }

    /// A request came in at the top: the chosen one stays chosen, unless it was the oldest kept.
    pub fn pushed(&mut self, requests: usize) {
        if self.list.selected() >= SETTINGS.len() {
            self.list.select((self.list.selected() + 1).min(SETTINGS.len() + requests - 1));
        }
    }
}

const SETTINGS: [&str; 5] = ["Answers with", "Fails the first", "Delay", "Hangs", "Resets"];
const STATUSES: [u16; 9] = [200, 204, 301, 400, 401, 404, 429, 500, 503];
const FAILURES: [u32; 5] = [0, 1, 2, 3, 5];
const DELAYS_MS: [u64; 6] = [0, 100, 500, 1000, 5000, 15_000];

fn shown(behaviour: &Behaviour, setting: usize) -> String {
    let yes_no = |on: bool| if on { "yes" } else { "no" }.to_owned();
    match setting {
        0 => behaviour.status.to_string(),
        1 => match behaviour.fail_first {
            0 => "none".to_owned(),
            n if behaviour.reset => format!("{n} of each delivery, by resetting"),
            n if behaviour.hang => format!("{n} of each delivery, by hanging"),
            n => format!("{n} of each delivery, with {}", behaviour.fail_status),
        },
        2 => format!("{} ms", behaviour.delay.as_millis()),
        3 => yes_no(behaviour.hang),
        _ => yes_no(behaviour.reset),
    }
}

fn turned<T: PartialEq + Copy>(all: &[T], now: T, forward: bool) -> T {
    let at = all.iter().position(|x| *x == now).unwrap_or(0);
    let step = if forward { 1 } else { all.len() - 1 };
    all[(at + step) % all.len()]
}

fn turn(behaviour: &mut Behaviour, setting: usize, forward: bool) {
    match setting {
        0 => behaviour.status = turned(&STATUSES, behaviour.status, forward),
        1 => behaviour.fail_first = turned(&FAILURES, behaviour.fail_first, forward),
        2 => {
            let now = u64::try_from(behaviour.delay.as_millis()).unwrap_or(0);
            behaviour.delay = Duration::from_millis(turned(&DELAYS_MS, now, forward));
        }
        3 => behaviour.hang = !behaviour.hang,
        _ => behaviour.reset = !behaviour.reset,
    }
}

pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let receiver = &mut state.receiver;
    let Some(Overlay::Receiver(window)) = &mut state.overlay else { return Vec::new() };
    let rows = SETTINGS.len() + receiver.arrived.len();
    if window.list.act(action, rows) {
        return Vec::new();
    }
    match action {
        Action::Toggle if receiver.address.is_some() => vec![Effect::StopReceiver],
        Action::Toggle => vec![Effect::StartReceiver(receiver.behaviour.clone())],
        Action::Left | Action::Right if window.list.selected() < SETTINGS.len() => {
            turn(&mut receiver.behaviour, window.list.selected(), action == Action::Right);
            match &receiver.address {
                Some(_) => vec![Effect::SetReceiver(receiver.behaviour.clone())],
                None => Vec::new(),
            }
        }
        Action::CopyId => {
            let text = receiver.address.as_ref().map(|address| format!("http://{address}/"));
            text.map(|text| Effect::Copy { what: text.clone(), text }).into_iter().collect()
        }
        Action::Leave => {
            state.overlay = None;
            Vec::new()
        }
        _ => Vec::new(),
    }
}

pub(super) fn draw(state: &State, window: &ReceiverWindow, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let keys = &state.settings.keys;
    let receiver = &state.receiver;
    let screen = frame::room_for_windows(out.area());
    let inner = frame::window(state, "Receiver", 100, screen.height, out);
    let width = usize::from(inner.width);
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
    out.render_widget(head, frame::row(inner, 0));
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
        out.render_widget(line, area);
        if here {
            out.set_cursor_position((area.x, area.y));
        }
    }
    let top = SETTINGS.len() + 3;
    let free = usize::from(inner.height).saturating_sub(top + 1);
    let chosen = selected.checked_sub(SETTINGS.len());
    // With none chosen the newest is shown.
    let list_room = free / 2;
    let mut list = List::default();
    list.select(chosen.unwrap_or(0));
    let visible = list.visible(receiver.arrived.len(), list_room);
    let more = scroll::more(&visible, receiver.arrived.len());
    let dropped = match receiver.arrived.dropped() {
        0 => String::new(),
        n => format!(" · {} older ones were dropped", grouped(n)),
    };
    let heading = vec![
        Span::styled(format!("Arrived ({})", receiver.arrived.len()), theme.focus),
        Span::styled(format!("{dropped}  {more}"), theme.dim),
    ];
    out.render_widget(Line::from(heading), frame::row(inner, top));
    for at in visible.clone() {
        let here = chosen == Some(at);
        let area = frame::row(inner, top + 1 + at - visible.start);
        let style = if here { theme.selected } else { theme.text };
        if let Some(request) = receiver.arrived.get(at) {
            out.render_widget(Line::styled(fit(&request_line(state, request), width), style), area);
        }
        if here {
            out.set_cursor_position((area.x, area.y));
        }
    }
    if let Some(request) = receiver.arrived.get(chosen.unwrap_or(0)) {
        let text = crate::receiver::describe_in(request, state.settings.clock.zone(), None);
        let lines: Vec<String> = text.lines().flat_map(|line| frame::wrap(line, width)).collect();
        let count = lines.len().min(free - list_room);
        frame::mark_more(state, inner, &(0..count), lines.len(), out);
        for (at, line) in lines.into_iter().enumerate().take(count) {
            out.render_widget(Line::styled(line, theme.text), frame::row(inner, top + 1 + list_room + at));
        }
    }
}

fn request_line(state: &State, request: &Received) -> String {
    let answer = match request.answered {
        Answer::Status(status) => status.to_string(),
        Answer::Hung => "no answer".to_owned(),
        Answer::Reset => "closed".to_owned(),
    };
    let time = state.settings.clock.of_day(request.received_at);
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    format!(" {time} {:6} → {answer:9} {}{query}", request.method, request.path)
}
