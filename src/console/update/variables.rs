//! Updates of the picker of variables.

use std::collections::HashSet;

use crate::console::model::editor::insert::clipboard_text;
use crate::console::model::effect::Effect;
use crate::console::model::input::{Input, InputResult};
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::model::variable_rows;
use crate::console::model::variables::Row;
use crate::console::model::window::Overlay;
use crate::console::model::window::add_variable::AddVariable;
use crate::console::model::window::question::Question;
use crate::console::update::editor::saving;
use crate::keymap::{Action, Key};
use crate::profile::Choice as _;
use crate::profile::catalogue::{NO_EVENT, Variable};

/// Takes the current own variables. Variables that are no longer offered are deselected.
pub fn taken(state: &mut State, all: Vec<(String, Variable)>) -> Vec<Effect> {
    state.own_variables = all;
    if let Some(editor) = &mut state.editor {
        // The check of the draft depends on which variables exist.
        editor.changed();
    }
    let known: HashSet<String> =
        variable_rows::rows_unfiltered(state).into_iter().map(|variable| variable.name).collect();
    state.variables.selected.retain(|name| known.contains(name));
    let last = variable_rows::rows(state).len().saturating_sub(1);
    state.variables.list.select(state.variables.list.selected().min(last));
    Vec::new()
}

/// Takes the own variables after one was added, changed or removed. Focuses the row of this event and name, even if
/// the filter would hide it.
pub fn stored(
    state: &mut State,
    all: Vec<(String, Variable)>,
    at: Option<&(String, String)>,
    done: String,
) -> Vec<Effect> {
    taken(state, all);
    state.notify_success(done);
    if let Some((scope, name)) = at {
        if variable_rows::place(state, scope, name).is_none() {
            (state.variables.filter, state.variables.typing) = (None, false);
        }
        if let Some(row) = variable_rows::place(state, scope, name) {
            state.variables.list.select(row);
        }
    }
    Vec::new()
}

/// A key while the filter is being typed.
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
    let typed = variables.filter.as_mut().map_or(InputResult::Ignored, |f| f.key(key));
    if typed == InputResult::Changed {
        focus_first(state);
    }
    (typed != InputResult::Ignored).then(Vec::new)
}

/// Text pasted while the filter is being typed.
pub fn paste_filter(state: &mut State, text: &str) {
    if let Some(filter) = &mut state.variables.filter {
        filter.paste(text);
        focus_first(state);
    }
}

/// Focuses the first variable that matches the filter; a heading is above it if there are several events.
fn focus_first(state: &mut State) {
    let first = variable_rows::rows(state).iter().position(|row| matches!(row, Row::Variable(_)));
    state.variables.list.select(first.unwrap_or(0));
}

/// A click on a row: toggles the variable.
pub fn select_row(state: &mut State, row: usize) {
    if row < variable_rows::rows(state).len() {
        state.variables.typing = false;
        state.variables.list.select(row);
        choose(state, |at| at == row, |heading| heading == row);
    }
}

/// Does an action of this pane.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let length = variable_rows::rows(state).len();
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
            let event = variable_rows::event_here(state);
            state.overlay = Some(Overlay::AddVariable(Box::new(AddVariable::new(event))));
        }
        Action::EditVariable => {
            if let Some((event, variable)) = variable_rows::own_here(state) {
                state.overlay = Some(Overlay::AddVariable(Box::new(AddVariable::edit(event, variable))));
            }
        }
        Action::RemoveVariable => {
            if let Some((event, variable)) = variable_rows::own_here(state) {
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

/// Selects the visible variables whose row or heading fits; if all of them are selected already, deselects them.
fn choose(state: &mut State, row_fits: impl Fn(usize) -> bool, heading_fits: impl Fn(usize) -> bool) {
    let mut names = Vec::new();
    let mut under = false;
    for (at, row) in variable_rows::rows(state).into_iter().enumerate() {
        match row {
            Row::Heading(_) => under = heading_fits(at),
            Row::Variable(variable) if under || row_fits(at) => names.push(variable.name),
            Row::Variable(_) => {}
        }
    }
    if names.iter().all(|n| state.variables.is_selected(n)) {
        for name in &names {
            state.variables.selected.remove(name);
        }
    } else {
        state.variables.selected.extend(names);
    }
}

fn copy(state: &mut State) -> Vec<Effect> {
    let names = variable_rows::selected_names(state);
    let draft = match (&state.editor, &state.selected_profile) {
        (Some(editor), _) => editor.clipboard_text(&names),
        (None, Some(profile)) => clipboard_text(&crate::profile::Draft::from(&**profile), &names),
        (None, None) => return Vec::new(),
    };
    vec![Effect::Copy { text: draft, what: count(names.len()) }]
}

fn insert(state: &mut State) -> Vec<Effect> {
    let names = variable_rows::selected_names(state);
    let Some(editor) = &mut state.editor else { return Vec::new() };
    if names.is_empty() {
        return Vec::new();
    }
    let field = editor.insert(&names);
    state.variables.selected.clear();
    state.focus = Pane::Editor;
    state.notify_success(format!(
        "Inserted {} into the {}",
        count(names.len()),
        field.label().to_lowercase()
    ));
    saving::keep(state)
}

fn count(n: usize) -> String {
    if n == 1 { "1 variable".to_owned() } else { format!("{n} variables") }
}
