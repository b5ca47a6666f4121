//! The values of a test, each of which can be changed before it is sent.

use crossterm::event::KeyCode;
use ratatui::Frame;
use ratatui::text::{Line, Span};
use serde_json::Value;

use crate::callback::{ValueOrigin, Values, origins_of, plain_text};
use crate::console::action::Action;
use crate::console::frame::{self, fit};
use crate::console::input::{Input, Typed};
use crate::console::input_view::{self, Look};
use crate::console::keys::Key;
use crate::console::list::List;
use crate::console::message::Effect;
use crate::console::preview::Wanted;
use crate::console::state::State;
use crate::console::{testing, variables};
use crate::profile::catalogue::Variable;
use crate::profile::{Choice as _, Event, Profile};

use super::Overlay;

/// A test about to be sent.
#[derive(Debug)]
pub struct TestWindow {
    profile: Box<Profile>,
    event: Option<Event>,
    /// All sample values of the event.
    samples: Values,
    /// A row for each variable that the profile uses.
    rows: Vec<Row>,
    own: Vec<(String, Variable)>,
    /// 0 is the button, the rows follow.
    at: usize,
    list: List,
    error: Option<String>,
}

#[derive(Debug)]
struct Row {
    name: String,
    /// Whether the value is JSON rather than text.
    json: bool,
    input: Input,
}

impl TestWindow {
    /// A test of this profile with the sample values of its first event.
    #[must_use]
    pub fn new(profile: Profile, own: &[(String, Variable)]) -> Self {
        let event = profile.events.first().copied();
        let mut window = Self {
            profile: Box::new(profile),
            event,
            samples: Values::default(),
            rows: Vec::new(),
            own: own.to_vec(),
            at: 0,
            list: List::default(),
            error: None,
        };
        window.fill();
        window
    }

    /// Takes the sample values of the event.
    fn fill(&mut self) {
        self.samples = testing::samples(self.event, &self.own);
        let mut names: Vec<&str> = Vec::new();
        for path in self.profile.variables() {
            if !names.contains(&path.name()) {
                names.push(path.name());
            }
        }
        self.rows = names
            .into_iter()
            .map(|name| {
                let sample = self.samples.members().get(name);
                let json = sample.is_some_and(|v| !v.is_string());
                let text = sample.map(plain_text).unwrap_or_default();
                Row { name: name.to_owned(), json, input: Input::line(&text) }
            })
            .collect();
        self.at = 0;
    }

    pub(super) fn key(&mut self, key: Key) -> bool {
        let Some(row) = self.at.checked_sub(1).and_then(|at| self.rows.get_mut(at)) else { return false };
        self.error = None;
        row.input.key(key) != Typed::Ignored
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Some(row) = self.at.checked_sub(1).and_then(|at| self.rows.get_mut(at)) {
            row.input.paste(text);
        }
    }

    /// Whether there is another event to choose.
    pub(super) fn has_choice(&self) -> bool {
        self.profile.events.len() > 1
    }

    /// The values as typed.
    fn values(&self) -> Result<Values, String> {
        let mut values = self.samples.clone();
        for row in &self.rows {
            let text = row.input.text();
            if text.is_empty() && !values.members().contains_key(&row.name) {
                // It had no value, and was given none.
                continue;
            }
            let value = if row.json && !text.trim().is_empty() {
                serde_json::from_str(&text).map_err(|e| format!("{}: not JSON: {e}", row.name))?
            } else {
                Value::String(text)
            };
            values.set(row.name.clone(), value);
        }
        Ok(values)
    }

    fn step(&mut self, forward: bool) {
        let count = self.rows.len() + 1;
        self.at = if forward { (self.at + 1) % count } else { (self.at + count - 1) % count };
    }

    fn next_event(&mut self) {
        let events = &self.profile.events;
        let at = events.iter().position(|e| Some(*e) == self.event).unwrap_or(0);
        self.event = events.get((at + 1) % events.len().max(1)).copied();
        self.fill();
    }
}

/// Sends with Enter from wherever the keyboard is.
pub(crate) fn enter(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    let sends = matches!(state.overlay, Some(Overlay::Test(_))) && key.is(KeyCode::Enter);
    sends.then(|| send(state))
}

fn send(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Test(window)) = &mut state.overlay else { return Vec::new() };
    match window.values() {
        Ok(values) => {
            let effect = Effect::Test(window.profile.clone(), window.event, values);
            state.overlay = None;
            vec![effect]
        }
        Err(error) => {
            window.error = Some(error);
            Vec::new()
        }
    }
}

/// Asks for the preview of these values; the window stays beneath it.
fn preview(window: &mut TestWindow) -> Vec<Effect> {
    match window.values() {
        Ok(values) => {
            let (profile, event) = (window.profile.clone(), window.event);
            let mut origins = origins_of(&variables::of_event(event, &window.own));
            for row in &window.rows {
                let typed = values.members().get(&row.name);
                if typed != window.samples.members().get(&row.name) {
                    origins.insert(row.name.clone(), ValueOrigin::Hand);
                }
            }
            vec![Effect::Preview(Box::new(Wanted { profile, event, values, origins }))]
        }
        Err(error) => {
            window.error = Some(error);
            Vec::new()
        }
    }
}

pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::Test(window)) = &mut state.overlay else { return Vec::new() };
    match action {
        Action::Accept => return send(state),
        Action::NextField => window.step(true),
        Action::PreviousField => window.step(false),
        Action::OtherStep => window.next_event(),
        Action::Preview => return preview(window),
        Action::Leave => state.overlay = None,
        _ => {}
    }
    Vec::new()
}

pub(super) fn draw(state: &State, window: &TestWindow, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let screen = frame::room_for_windows(out.area());
    let rows = window.rows.len();
    let height = u16::try_from(rows + 6).unwrap_or(u16::MAX).min(screen.height);
    let title = format!("Test {}", window.profile.title);
    let inner = frame::window(state, &title, 76, height, out);
    let width = usize::from(inner.width);
    let event = window.event.map_or("no event", |e| e.name());
    let several = if window.has_choice() { "  F4 takes the next event" } else { "" };
    let target = format!("{} {}", window.profile.method.name(), window.profile.endpoint.template());
    out.render_widget(Line::raw(frame::cut(&target, width)), frame::row(inner, 0));
    let head = Line::from(vec![Span::styled(event, theme.label), Span::styled(several, theme.dim)]);
    out.render_widget(head, frame::row(inner, 1));
    let room = usize::from(inner.height).saturating_sub(4);
    let mut list = window.list.clone();
    list.select(window.at.saturating_sub(1));
    let visible = list.visible(rows, room);
    for at in visible.clone() {
        let row = &window.rows[at];
        let here = window.at == at + 1;
        let area = frame::row(inner, 2 + at - visible.start);
        let look = Look {
            width: width.saturating_sub(24),
            height: 1,
            focused: here,
            hidden: false,
            known: None,
            theme,
        };
        let (lines, cursor) = input_view::draw(&row.input, &look);
        let bar = if here { "▌" } else { " " };
        let name = Line::from(vec![
            Span::styled(bar, theme.focus),
            Span::styled(fit(&row.name, 22), if here { theme.focus } else { theme.label }),
        ]);
        out.render_widget(name, area);
        let field = frame::indent(area, 24);
        if let Some(line) = lines.into_iter().next() {
            out.render_widget(line, field);
        }
        if let Some((x, _)) = cursor {
            out.set_cursor_position((field.x + x, field.y));
        }
    }
    if rows == 0 {
        out.render_widget(Line::styled("no variables in use", theme.dim), frame::row(inner, 2));
    }
    let bottom = frame::row(inner, usize::from(inner.height).saturating_sub(1));
    let button_style = if window.at == 0 { theme.selected } else { theme.key };
    let button = match &window.error {
        Some(error) => Line::styled(format!("✗ {error}"), theme.bad),
        None => Line::from(vec![
            Span::styled("[ Send ]", button_style),
            Span::styled("  Enter sends · Tab goes through the values · Esc goes back", theme.dim),
        ]),
    };
    out.render_widget(button, bottom);
    if window.at == 0 {
        out.set_cursor_position((bottom.x + 1, bottom.y));
    }
}
