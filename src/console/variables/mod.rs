//! Pane 3: the variables that the channel and the events of a profile offer.

pub mod view;

use std::collections::HashSet;

use crate::keymap::{Action, Key};
use crate::profile::catalogue::{self, NO_EVENT, Origin, Variable};
use crate::profile::{Channel, Choice as _, Event};

use super::editor::Editor;
use super::input::{Input, Typed};
use super::list::List;
use super::message::Effect;
use super::overlay::{AddVariable, Overlay, Question};
use super::state::{Pane, State};

/// The picker.
#[derive(Debug, Default)]
pub struct Variables {
    /// Chosen names.
    chosen: HashSet<String>,
    /// Which row is chosen.
    pub list: List,
    filter: Option<Input>,
    typing: bool,
}

/// A row of the picker.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// The event whose variables follow, where there are several events.
    Heading(Event),
    /// A variable.
    Variable(Variable),
}

impl Variables {
    /// Whether keys are written into the filter.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.typing
    }

    /// The filter, while there is one, and whether it is being typed.
    #[must_use]
    pub fn filter(&self) -> Option<(&Input, bool)> {
        self.filter.as_ref().map(|f| (f, self.typing))
    }

    /// Whether a variable is chosen.
    #[must_use]
    pub fn is_chosen(&self, name: &str) -> bool {
        self.chosen.contains(name)
    }

    /// Forgets what was chosen, for another profile.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// The events whose variables are offered: those of the editor, or of the chosen profile.
#[must_use]
pub fn events(state: &State) -> Vec<Event> {
    match (&state.editor, &state.chosen) {
        (Some(editor), _) => editor.events(),
        (None, Some(profile)) => profile.events.clone(),
        (None, None) => Vec::new(),
    }
}

fn own<'a>(all: &'a [(String, Variable)], scope: &'a str) -> impl Iterator<Item = &'a Variable> {
    all.iter().filter(move |(of, _)| of == scope).map(|(_, variable)| variable)
}

/// Whether a name is a known variable of the draft; with Default every name is.
pub fn known<'a>(editor: &Editor, added: &'a [(String, Variable)]) -> impl Fn(&str) -> bool + use<'a> {
    let free = editor.draft().channel() == Some(Channel::Default);
    let events = editor.events();
    move |name| {
        // These name what a flow asked for or fetched, and so are in no catalogue (public page).
        let of_flow =
            || events.contains(&Event::Voice) && (name.starts_with("keypress:") || name.starts_with("api:"));
        free || of_flow()
            || events.iter().any(|event| {
                catalogue::variables(*event).iter().any(|v| v.name == name)
                    || own(added, event.name()).any(|v| v.name == name)
            })
    }
}

/// The rows that the filter leaves.
#[must_use]
pub fn rows(state: &State) -> Vec<Row> {
    let wanted = state.variables.filter.as_ref().map(|f| f.text().trim().to_lowercase()).unwrap_or_default();
    let fits =
        |v: &Variable| v.name.to_lowercase().contains(&wanted) || v.meaning.to_lowercase().contains(&wanted);
    let events = events(state);
    if events.is_empty() {
        let all = catalogue::offered(None, &state.own_variables);
        return all.into_iter().filter(fits).map(Row::Variable).collect();
    }
    let mut rows = Vec::new();
    for event in &events {
        let found: Vec<_> =
            catalogue::offered(Some(*event), &state.own_variables).into_iter().filter(fits).collect();
        if events.len() > 1 && !found.is_empty() {
            rows.push(Row::Heading(*event));
        }
        rows.extend(found.into_iter().map(Row::Variable));
    }
    rows
}

/// The chosen names in the order of the rows, each once; with none chosen, that of the row with the
/// keyboard.
fn chosen_names(state: &State) -> Vec<String> {
    let all = rows_unfiltered(state);
    let mut names: Vec<String> = Vec::new();
    for variable in all {
        if state.variables.is_chosen(&variable.name) && !names.contains(&variable.name) {
            names.push(variable.name);
        }
    }
    if names.is_empty() {
        names.extend(current(state));
    }
    names
}

fn rows_unfiltered(state: &State) -> Vec<Variable> {
    let events = events(state);
    if events.is_empty() {
        return catalogue::offered(None, &state.own_variables);
    }
    events.iter().flat_map(|e| catalogue::offered(Some(*e), &state.own_variables)).collect()
}

fn current(state: &State) -> Option<String> {
    match rows(state).into_iter().nth(state.variables.list.selected()) {
        Some(Row::Variable(variable)) => Some(variable.name),
        _ => None,
    }
}

/// The event under whose heading the keyboard is, or the only one.
fn event_here(state: &State) -> Option<Event> {
    let mut above: Vec<Row> = rows(state);
    above.truncate(state.variables.list.selected() + 1);
    let heading = above.into_iter().rev().find_map(|row| match row {
        Row::Heading(event) => Some(event),
        Row::Variable(_) => None,
    });
    heading.or_else(|| events(state).first().copied())
}

/// The variable with the keyboard, where it is a person's own, and its event.
fn own_here(state: &State) -> Option<(Option<Event>, Variable)> {
    match rows(state).into_iter().nth(state.variables.list.selected())? {
        Row::Variable(variable) if variable.origin == Origin::Own => Some((event_here(state), variable)),
        _ => None,
    }
}

/// Takes the own variables as they are now. What is no longer offered is no longer chosen.
pub fn taken(state: &mut State, all: Vec<(String, Variable)>) -> Vec<Effect> {
    state.own_variables = all;
    let known: HashSet<String> = rows_unfiltered(state).into_iter().map(|variable| variable.name).collect();
    state.variables.chosen.retain(|name| known.contains(name));
    let last = rows(state).len().saturating_sub(1);
    state.variables.list.select(state.variables.list.selected().min(last));
    Vec::new()
}

/// Takes the own variables after one was added, changed or removed. The keyboard goes to the row of
/// this event and name, shown even where the filter would hide it.
pub fn stored(
    state: &mut State,
    all: Vec<(String, Variable)>,
    at: Option<&(String, String)>,
    done: String,
) -> Vec<Effect> {
    taken(state, all);
    state.praise(done);
    if let Some((scope, name)) = at {
        if place(state, scope, name).is_none() {
            (state.variables.filter, state.variables.typing) = (None, false);
        }
        if let Some(row) = place(state, scope, name) {
            state.variables.list.select(row);
        }
    }
    Vec::new()
}

/// The row of a variable of this event.
fn place(state: &State, scope: &str, name: &str) -> Option<usize> {
    let mut under = events(state).first().copied();
    rows(state).iter().position(|row| match row {
        Row::Heading(event) => {
            under = Some(*event);
            false
        }
        Row::Variable(variable) => {
            variable.name == name && under.map_or(NO_EVENT, |event| event.name()) == scope
        }
    })
}

/// A key while the filter is typed.
pub fn type_filter(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    use crossterm::event::KeyCode;
    let variables = &mut state.variables;
    if !variables.typing {
        return None;
    }
    if key.is(KeyCode::Esc) {
        (variables.filter, variables.typing) = (None, false);
        return Some(Vec::new());
    }
    if key.is(KeyCode::Enter) || key.is(KeyCode::Down) || key.is(KeyCode::Tab) {
        variables.typing = false;
        return Some(Vec::new());
    }
    let typed = variables.filter.as_mut().map_or(Typed::Ignored, |f| f.key(key));
    if typed == Typed::Changed {
        choose_first(state);
    }
    (typed != Typed::Ignored).then(Vec::new)
}

/// Text pasted while the filter is typed.
pub fn paste_filter(state: &mut State, text: &str) {
    if let Some(filter) = &mut state.variables.filter {
        filter.paste(text);
        choose_first(state);
    }
}

/// Chooses the first variable that the filter leaves; a heading stands above it where there are
/// several events.
fn choose_first(state: &mut State) {
    let first = rows(state).iter().position(|row| matches!(row, Row::Variable(_)));
    state.variables.list.select(first.unwrap_or(0));
}

/// A click on a row: chooses the variable, or not.
pub fn choose_row(state: &mut State, row: usize) {
    if row < rows(state).len() {
        state.variables.typing = false;
        state.variables.list.select(row);
        choose(state, |at| at == row, |heading| heading == row);
    }
}

/// Why an action cannot be done now; `None` when it can.
#[must_use]
pub fn why_not(state: &State, action: Action) -> Option<&'static str> {
    let none = rows_unfiltered(state).is_empty();
    match action {
        Action::Toggle | Action::SelectAll | Action::CopyVariables | Action::Insert if none => {
            Some("no variables here: with Default any name can be typed, {variables-add-variable} adds one")
        }
        Action::CopyVariables | Action::Insert if chosen_names(state).is_empty() => {
            Some("no variable is chosen: {variables-toggle} chooses one")
        }
        Action::Insert if state.editor.is_none() => {
            Some("nothing is being edited: {profiles-edit} on a profile opens it")
        }
        Action::AddVariable if state.editor.is_none() && state.chosen.is_none() => {
            Some("no profile is chosen")
        }
        Action::EditVariable | Action::RemoveVariable if own_here(state).is_none() => {
            Some("only a variable of your own: {variables-add-variable} adds one")
        }
        _ => None,
    }
}

/// Does an action of this pane.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let length = rows(state).len();
    if state.variables.list.act(action, length) {
        return Vec::new();
    }
    match action {
        Action::Search => {
            state.variables.typing = true;
            state.variables.filter = Some(Input::line(""));
        }
        Action::Toggle => {
            let at = state.variables.list.selected();
            choose(state, |row| row == at, |heading| heading == at);
            state.variables.list.act(Action::Down, length);
        }
        Action::SelectAll => choose(state, |_| true, |_| false),
        Action::CopyVariables => return copy(state),
        Action::Insert => return insert(state),
        Action::AddVariable => {
            let event = event_here(state);
            state.overlay = Some(Overlay::AddVariable(Box::new(AddVariable::new(event))));
        }
        Action::EditVariable => {
            if let Some((event, variable)) = own_here(state) {
                state.overlay = Some(Overlay::AddVariable(Box::new(AddVariable::edit(event, variable))));
            }
        }
        Action::RemoveVariable => {
            if let Some((event, variable)) = own_here(state) {
                let scope = event.map_or(NO_EVENT, |event| event.name());
                state.overlay = Some(Overlay::Question(Question::remove_variable(scope, &variable.name)));
            }
        }
        Action::Leave if state.variables.filter.take().is_none() => {
            state.focus = if state.editor.is_some() { Pane::Editor } else { Pane::Profiles };
        }
        _ => {}
    }
    Vec::new()
}

/// Chooses those variables in sight whose row or whose event's heading fits; when all of them are
/// chosen already, none.
fn choose(state: &mut State, row_fits: impl Fn(usize) -> bool, heading_fits: impl Fn(usize) -> bool) {
    let mut names = Vec::new();
    let mut under = false;
    for (at, row) in rows(state).into_iter().enumerate() {
        match row {
            Row::Heading(_) => under = heading_fits(at),
            Row::Variable(variable) if under || row_fits(at) => names.push(variable.name),
            Row::Variable(_) => {}
        }
    }
    if names.iter().all(|n| state.variables.is_chosen(n)) {
        for name in &names {
            state.variables.chosen.remove(name);
        }
    } else {
        state.variables.chosen.extend(names);
    }
}

fn copy(state: &mut State) -> Vec<Effect> {
    let names = chosen_names(state);
    let draft = match (&state.editor, &state.chosen) {
        (Some(editor), _) => editor.clipboard_text(&names),
        (None, Some(profile)) => {
            super::editor::clipboard_text(&crate::profile::Draft::from(&**profile), &names)
        }
        (None, None) => return Vec::new(),
    };
    vec![Effect::Copy { text: draft, what: count(names.len()) }]
}

fn insert(state: &mut State) -> Vec<Effect> {
    let names = chosen_names(state);
    let Some(editor) = &mut state.editor else { return Vec::new() };
    if names.is_empty() {
        return Vec::new();
    }
    let field = editor.insert(&names);
    state.variables.chosen.clear();
    state.focus = Pane::Editor;
    state.praise(format!("Inserted {} into the {}", count(names.len()), field.label().to_lowercase()));
    super::editor::keep(state)
}

fn count(n: usize) -> String {
    if n == 1 { "1 variable".to_owned() } else { format!("{n} variables") }
}
