//! A delivery in full: request and answers with headers and bodies, durations, errors.

use std::net::SocketAddr;

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::console::clock::{Clock, age};
use crate::console::find::{Find, Went};
use crate::console::message::Effect;
use crate::console::scroll::Scroll;
use crate::console::state::State;
use crate::console::{deliveries, frame, pausing};
use crate::delivery::{Attempt, DeliveryId, Details};
use crate::keymap::Action;
use crate::profile::network::Kind;
use crate::profile::{Choice as _, attempt_label};
use crate::text::wrap;

use super::Overlay;

/// The window.
#[derive(Debug)]
pub struct DetailsWindow {
    id: DeliveryId,
    /// Kept here, so that the window stays on its delivery when the list moves on.
    details: Option<Box<Details>>,
    scroll: Scroll,
    pub(super) find: Find,
    /// Whether what is looked for is still to be gone to.
    seeks: bool,
}

impl DetailsWindow {
    /// Details of this delivery, as far as they are known; with the text by which it was found.
    #[must_use]
    pub fn new(id: DeliveryId, known: Option<Box<Details>>, sought: Option<String>) -> Self {
        let seeks = sought.is_some();
        let find = sought.map_or_else(Find::default, |text| Find::given(&text));
        Self { id, details: known, scroll: Scroll::default(), find, seeks }
    }

    /// The delivery.
    #[must_use]
    pub fn id(&self) -> DeliveryId {
        self.id
    }

    /// What is known of it.
    #[must_use]
    pub fn details(&self) -> Option<&Details> {
        self.details.as_deref()
    }

    /// Takes fresh details, if they are of this delivery.
    pub fn take(&mut self, details: &Details) {
        if details.summary.id == self.id {
            self.details = Some(Box::new(details.clone()));
        }
    }
}

/// A line, and whether it is a heading.
type Piece = (String, bool);

fn pieces(state: &State, details: &Details) -> Vec<Piece> {
    let row = &details.summary;
    let clock = &state.settings.clock;
    let (state_words, _) = pausing::words(state, row);
    let event = row.event.map_or("none", |e| e.name());
    let mut out = vec![
        (format!("{} · {}", row.profile_title, state_words), true),
        (format!("delivery  {}", row.id), false),
        (format!("profile   {}", row.profile_id), false),
        (format!("event     {event}"), false),
        (
            format!("accepted  {} · {}", clock.in_full(row.accepted_at), age(row.accepted_at, state.now)),
            false,
        ),
    ];
    if let Some(again) = row.again {
        out.push((format!("again     sent again as {again}"), false));
    }
    out.push((String::new(), false));
    if let Some(callback) = &details.callback {
        out.push(("Request (credentials are not kept)".to_owned(), true));
        out.push((format!("{} {}", callback.method.name(), callback.url), false));
        headers(&mut out, &callback.headers);
        body(&mut out, &callback.body, false);
    } else {
        let why = row.last_error.as_ref().map_or("", |e| &e.message);
        out.push((format!("No request could be made: {why}"), true));
    }
    for attempt in &details.attempts {
        answer(&mut out, attempt, clock);
    }
    out.extend(details.passed_over.iter().map(|sentence| (sentence.clone(), true)));
    out
}

fn answer(out: &mut Vec<Piece>, attempt: &Attempt, clock: &Clock) {
    let label = attempt_label(u8::try_from(attempt.n.saturating_sub(1)).unwrap_or(u8::MAX));
    let status = attempt.status.map(|s| format!(" · {s}")).unwrap_or_default();
    out.push((String::new(), false));
    out.push((format!("{label}{status} · {} ms", attempt.duration_ms), true));
    out.push((format!("started   {}", clock.in_full(attempt.started_at)), false));
    if let Some(address) = attempt.address {
        out.push((format!("address   {address}{}", within(address)), false));
    }
    if let Some(error) = &attempt.error {
        out.push((format!("failed    {} ({})", error.message, error.class.name()), false));
    }
    headers(out, &attempt.response_headers);
    body(out, &attempt.response_body, attempt.response_cut);
    if let Some(why) = &attempt.response_incomplete {
        out.push((format!("… incomplete response body: {why}"), false));
    }
}

/// Marks an address of the own machine or networks.
fn within(address: SocketAddr) -> String {
    match Kind::of(address.ip()) {
        Kind::Inside(inside) => format!(" ({inside})"),
        Kind::Public | Kind::Never(_) => String::new(),
    }
}

fn headers(out: &mut Vec<Piece>, headers: &[(String, String)]) {
    out.extend(headers.iter().map(|(name, value)| (format!("{name}: {value}"), false)));
}

fn body(out: &mut Vec<Piece>, bytes: &[u8], cut: bool) {
    if bytes.is_empty() && !cut {
        return;
    }
    out.push((String::new(), false));
    let text = String::from_utf8_lossy(bytes);
    out.extend(text.lines().map(|line| (line.to_owned(), false)));
    if cut {
        out.push((
            format!("… the first {} bytes of the body; the rest of the response was not kept", bytes.len()),
            false,
        ));
    }
}

/// The lines of at most so many columns, with their styles.
fn lines(state: &State, details: &Details, width: usize) -> Vec<(String, Style)> {
    let theme = &state.settings.theme;
    let styled = |heading| if heading { theme.focus } else { theme.text };
    pieces(state, details)
        .into_iter()
        .flat_map(|(text, heading)| wrap(&text, width).into_iter().map(move |line| (line, styled(heading))))
        .collect()
}

/// Goes to what the delivery was found by, once there is something to read. Where it is not on the
/// screen, as a value that is sent encrypted, nothing happens.
pub fn find_in_details(state: &mut State) {
    let Some(Overlay::Details(window)) = &mut state.overlay else { return };
    if window.seeks && window.details.is_some() {
        window.seeks = false;
        let width = frame::width_inside(frame::room_for_windows(state.screen()).width);
        let Some(Overlay::Details(window)) = &state.overlay else { return };
        let all = window.details().map(|details| lines(state, details, width)).unwrap_or_default();
        let all: Vec<String> = all.into_iter().map(|(line, _)| line).collect();
        let Some(Overlay::Details(window)) = &mut state.overlay else { return };
        if let Went::To(line) = window.find.act(Action::NextMatch, 0, || all) {
            window.scroll.go_to(line);
        }
    }
}

/// Looks for a text. False when the action is none of a search.
fn find(state: &mut State, action: Action) -> bool {
    let width = frame::room_for_windows(state.screen()).width;
    let Some(Overlay::Details(window)) = &state.overlay else { return false };
    let text = || -> Vec<String> {
        let lines = window.details().map(|details| lines(state, details, frame::width_inside(width)));
        lines.unwrap_or_default().into_iter().map(|(line, _)| line).collect()
    };
    let lines = if action.is_match() { text() } else { Vec::new() };
    let Some(Overlay::Details(window)) = &mut state.overlay else { return false };
    match window.find.act(action, window.scroll.top(), || lines) {
        Went::Elsewhere => return false,
        Went::Done => {}
        Went::To(line) => window.scroll.go_to(line),
        Went::Nowhere(why) => state.complain(why),
    }
    true
}

pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if find(state, action) {
        return Vec::new();
    }
    let Some(Overlay::Details(window)) = &mut state.overlay else { return Vec::new() };
    if window.scroll.act(action) {
        return Vec::new();
    }
    match action {
        Action::Leave => {
            state.overlay = None;
            Vec::new()
        }
        Action::CopyDelivery => {
            let Some(Overlay::Details(window)) = &state.overlay else { return Vec::new() };
            let all: Vec<Piece> = window.details().map(|d| pieces(state, d)).unwrap_or_default();
            let text = all.into_iter().map(|(line, _)| line).collect::<Vec<_>>().join("\n");
            vec![Effect::Copy { text, what: "the delivery in full".to_owned() }]
        }
        Action::RetryNow | Action::Cancel | Action::Pager => deliveries::act(state, action),
        Action::SendAgain => {
            let effects = deliveries::act(state, action);
            state.overlay = None;
            effects
        }
        _ => Vec::new(),
    }
}

pub(super) fn draw(state: &State, window: &DetailsWindow, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let screen = frame::room_for_windows(out.area());
    let inner = frame::window(state, "Delivery", screen.width.saturating_sub(2), screen.height, out);
    let Some(details) = window.details() else {
        out.render_widget(Line::styled("reading …", theme.dim), frame::row(inner, 0));
        return;
    };
    let lines = lines(state, details, usize::from(inner.width));
    let height = usize::from(inner.height).saturating_sub(usize::from(window.find.is_shown()));
    let length = lines.len();
    let visible = window.scroll.visible(length, height);
    for (at, (line, style)) in lines.into_iter().skip(visible.start).take(visible.len()).enumerate() {
        let line = window.find.mark(Line::from(Span::styled(line, style)), theme.marked);
        out.render_widget(line, frame::row(inner, at));
    }
    frame::mark_more(state, inner, &visible, length, out);
    if !window.find.draw(state, frame::row(inner, height), out) {
        let here = window.find.line().filter(|line| visible.contains(line));
        let line = frame::row(inner, here.map_or(0, |line| line - visible.start));
        out.set_cursor_position((line.x, line.y));
    }
}
