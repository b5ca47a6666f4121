//! The values of a test: a sample selected by name, each value of which can be changed before sending.

pub mod endpoint;
pub mod origins;
pub mod samples;
pub mod source;
pub mod tested;

use crossterm::event::KeyCode;
use serde_json::Value;

use crate::callback::{Values, plain_text};
use crate::console::model::input::{Input, InputResult};
use crate::console::model::window::test::endpoint::EndpointField;
use crate::console::model::window::test::source::{RememberedValues, Source};
use crate::json;
use crate::keymap::{Action, Key, Keymap, Scope};
use crate::profile::catalogue::Variable;
use crate::profile::{Event, Profile, Rules};

/// A test about to be sent.
#[derive(Debug)]
pub struct TestWindow {
    pub(in crate::console) profile: Box<Profile>,
    /// Where it goes.
    pub(in crate::console) endpoint: EndpointField,
    pub(in crate::console) event: Option<Event>,
    own: Vec<(String, Variable)>,
    /// The sources to choose values from.
    pub(in crate::console) sources: Vec<Source>,
    pub(in crate::console) source: usize,
    /// The values of earlier tests and own samples, by event.
    remembered: RememberedValues,
    /// All values, including those of variables that the profile does not use.
    values: Values,
    /// A row for each variable that the profile uses.
    pub(in crate::console) rows: Vec<Row>,
    /// The contents of the window for the other events, for when they are selected again.
    others: Vec<(Option<Event>, Sheet)>,
    /// The focused row; 0 is the choice of the sample, then come the values, then the endpoint.
    pub(in crate::console) at: usize,
    /// A name while it is being typed.
    pub(in crate::console) naming: Option<Naming>,
    /// The own sample that is removed if its removal is asked for once more.
    pub(in crate::console) removing: Option<String>,
    pub(in crate::console) error: Option<String>,
}

/// A name that is being typed at the bottom of the window.
#[derive(Debug)]
pub(in crate::console) enum Naming {
    /// Of a file to read values from.
    File(Input),
    /// Of the own sample that the values become.
    Sample(Input),
}

impl Naming {
    fn input_mut(&mut self) -> &mut Input {
        match self {
            Self::File(input) | Self::Sample(input) => input,
        }
    }
}

/// The values and selections for one event.
#[derive(Debug)]
struct Sheet {
    sources: Vec<Source>,
    source: usize,
    values: Values,
    rows: Vec<Row>,
}

#[derive(Debug)]
pub(in crate::console) struct Row {
    pub(in crate::console) name: String,
    /// Whether the value is JSON rather than text.
    pub(in crate::console) json: bool,
    /// Whether its type is unknown: then a typed object or array is taken as JSON.
    pub(in crate::console) free: bool,
    pub(in crate::console) input: Input,
}

impl TestWindow {
    /// A test of this profile, with samples of its first event; another endpoint has to follow these rules.
    #[must_use]
    pub fn new(profile: Profile, own: &[(String, Variable)], rules: &Rules) -> Self {
        let event = profile.events.first().copied();
        let mut window = Self {
            endpoint: EndpointField::of(&profile, rules),
            profile: Box::new(profile),
            event,
            own: own.to_vec(),
            sources: Vec::new(),
            source: 0,
            remembered: RememberedValues::default(),
            values: Values::default(),
            rows: Vec::new(),
            others: Vec::new(),
            at: 0,
            naming: None,
            removing: None,
            error: None,
        };
        window.list_sources();
        window
    }

    /// The profile that is tested.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Offers what is stored: own samples, and the values of the last tests.
    pub fn remember(&mut self, remembered: RememberedValues) {
        let untouched = self.source == 0 && self.at == 0;
        let last = source::last(self.event, &remembered);
        for (event, sheet) in &mut self.others {
            sheet.sources.extend(source::own(*event, &remembered).chain(source::last(*event, &remembered)));
        }
        self.sources.extend(source::own(self.event, &remembered));
        self.remembered = remembered;
        if let Some(last) = last {
            self.sources.push(last);
            // Only if nothing was typed or selected meanwhile.
            if untouched {
                self.source = self.sources.len() - 1;
                self.fill();
            }
        }
    }

    /// Offers the values of an earlier delivery of this event.
    pub fn offer(&mut self, label: String, event: Option<Event>, values: Values) {
        if self.event == event {
            self.sources.push(Source::Delivery(label, values));
        }
    }

    /// Takes the values of a file, or shows why they cannot be read; but only those of the file that is named here
    /// now. The result may come late, when another window is open or another name was typed.
    pub fn take_file(&mut self, name: String, values: Result<Values, String>) {
        if !matches!(&self.naming, Some(Naming::File(file)) if file.text() == name) {
            return;
        }
        match values {
            Ok(values) => {
                // Values that the file does not mention stay as they were on the screen.
                let shown = self.typed().map_or_else(|_| self.values.clone(), |(_, values)| values);
                let values = shown.with(values.members());
                self.sources.push(Source::File(name, values));
                self.source = self.sources.len() - 1;
                self.naming = None;
                self.fill();
            }
            Err(error) => self.error = Some(error),
        }
    }

    fn list_sources(&mut self) {
        self.sources = source::of(self.event, &self.remembered);
        self.source = 0;
        self.fill();
    }

    /// Takes the values of the selected source.
    fn fill(&mut self) {
        let samples = Values::samples(self.event, &self.own);
        self.values = match self.sources.get(self.source) {
            Some(source) => samples.with(source.values()),
            None => samples,
        };
        let mut names: Vec<&str> = Vec::new();
        for path in self.profile.variables() {
            let name = self.values.name_of(path);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let values = &self.values;
        self.rows = names
            .into_iter()
            .map(|name| {
                let value = values.members().get(name);
                let json = value.is_some_and(|v| !v.is_string());
                let text = value.map(|v| if json { v.to_string() } else { plain_text(v) });
                let free = value.is_none();
                Row { name: name.to_owned(), json, free, input: Input::line(&text.unwrap_or_default()) }
            })
            .collect();
        self.error = None;
    }

    /// The focused input.
    fn input(&mut self) -> Option<&mut Input> {
        if self.naming.is_some() {
            return self.naming.as_mut().map(Naming::input_mut);
        }
        if self.is_at_endpoint() {
            return Some(&mut self.endpoint.input);
        }
        let at = self.at.checked_sub(1)?;
        self.rows.get_mut(at).map(|row| &mut row.input)
    }

    pub(in crate::console) fn key(&mut self, key: Key, keys: &Keymap) -> bool {
        // The window's own keys take precedence over those that edit text.
        let typed = key.is_text() || matches!(key.code(), KeyCode::Left | KeyCode::Right);
        if !typed && keys.resolve(key, &[Scope::TestWindow]).is_some() {
            return false;
        }
        (self.error, self.removing) = (None, None);
        let is_used = self.input().is_some_and(|input| input.key(key) != InputResult::Ignored);
        self.endpoint.read(&self.profile);
        is_used
    }

    pub(in crate::console) fn paste(&mut self, text: &str) {
        if let Some(input) = self.input() {
            input.paste(text);
        }
        self.endpoint.read(&self.profile);
    }

    /// Whether there is another event to select.
    pub(in crate::console) fn has_choice(&self) -> bool {
        self.profile.events.len() > 1
    }

    /// Why an action cannot be done in this window; `None` if it can.
    pub(in crate::console) fn why_not(&self, action: Action) -> Option<&'static str> {
        match action {
            Action::OtherStep if !self.has_choice() => Some("the profile has one event only"),
            Action::Accept if self.naming.is_some() => Some("enter the name first: Enter takes it"),
            Action::SaveSample if self.rows.is_empty() => Some("the profile has no variables in use"),
            Action::RemoveSample if self.own_sample().is_none() => Some("select a sample of your own"),
            Action::Left | Action::Right if self.at > 0 => Some("select the line of the sample"),
            Action::Left | Action::Right if self.sources.len() < 2 => Some("there is no other sample"),
            _ => None,
        }
    }

    /// The event and the values as typed.
    ///
    /// # Errors
    /// The variable whose value must be JSON and is not.
    pub fn typed(&self) -> Result<(Option<Event>, Values), String> {
        let mut values = self.values.clone();
        for row in &self.rows {
            let text = row.input.text();
            if text.is_empty() && !values.members().contains_key(&row.name) {
                // It had no value, and was not given one.
                continue;
            }
            let value = if row.json && !text.trim().is_empty() {
                json::read(&text).map_err(|error| format!("{}: {}", row.name, error.on_one_line()))?
            } else if row.free && text.trim_start().starts_with(['{', '[']) {
                json::read(&text).unwrap_or(Value::String(text))
            } else {
                Value::String(text)
            };
            values.set(row.name.clone(), value);
        }
        Ok((self.event, values))
    }

    /// The row of the endpoint. It is above the sample and the values, and next after the last of them.
    pub(in crate::console) fn endpoint_row(&self) -> usize {
        self.rows.len() + 1
    }

    pub(in crate::console) fn is_at_endpoint(&self) -> bool {
        self.at == self.endpoint_row() && self.naming.is_none()
    }

    pub(in crate::console) fn step(&mut self, forward: bool) {
        let count = self.endpoint_row() + 1;
        self.at = if forward { (self.at + 1) % count } else { (self.at + count - 1) % count };
    }

    pub(in crate::console) fn select_row(&mut self, row: usize) {
        if row <= self.endpoint_row() {
            self.at = row;
        }
    }

    pub(in crate::console) fn turn(&mut self, forward: bool) {
        let count = self.sources.len();
        if self.at == 0 && count > 1 {
            self.source = if forward { (self.source + 1) % count } else { (self.source + count - 1) % count };
            self.fill();
        }
    }

    /// Selects the next event. Values typed for this one reappear when it is selected again.
    pub(in crate::console) fn next_event(&mut self) {
        let events = &self.profile.events;
        let at = events.iter().position(|e| Some(*e) == self.event).unwrap_or(0);
        let next = events.get((at + 1) % events.len().max(1)).copied();
        if next == self.event {
            return;
        }
        let sheet = Sheet {
            sources: std::mem::take(&mut self.sources),
            source: self.source,
            values: std::mem::take(&mut self.values),
            rows: std::mem::take(&mut self.rows),
        };
        self.others.push((self.event, sheet));
        self.event = next;
        (self.at, self.error) = (0, None);
        match self.others.iter().position(|(event, _)| *event == next) {
            Some(at) => {
                let sheet = self.others.swap_remove(at).1;
                (self.sources, self.source) = (sheet.sources, sheet.source);
                (self.values, self.rows) = (sheet.values, sheet.rows);
            }
            None => self.list_sources(),
        }
    }
}
