//! The rows of the picker of variables, and which of them are selected.

use std::collections::HashSet;

use crate::console::model::state::State;
use crate::console::model::variables::Row;
use crate::profile::catalogue::{self, NO_EVENT, Variable, VariableOrigin};
use crate::profile::{Choice as _, Event};

/// The events whose variables are offered: those of the editor, or of the selected profile.
#[must_use]
pub fn events(state: &State) -> Vec<Event> {
    match (&state.editor, &state.selected_profile) {
        (Some(editor), _) => editor.events(),
        (None, Some(profile)) => profile.events.clone(),
        (None, None) => Vec::new(),
    }
}

/// The rows that match the filter.
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

/// How many distinct variables are selected, and how many there are.
#[must_use]
pub fn tally(state: &State) -> (usize, usize) {
    let names: HashSet<String> = rows_unfiltered(state).into_iter().map(|variable| variable.name).collect();
    (names.iter().filter(|name| state.variables.is_selected(name)).count(), names.len())
}

/// How many distinct variables are in these rows.
#[must_use]
pub fn count(rows: &[Row]) -> usize {
    let name = |row: &'_ Row| match row {
        Row::Variable(variable) => Some(variable.name.clone()),
        Row::Heading(_) => None,
    };
    rows.iter().filter_map(name).collect::<HashSet<_>>().len()
}

/// The selected names in row order, each once; without a selection, that of the focused row.
pub(in crate::console) fn selected_names(state: &State) -> Vec<String> {
    let all = rows_unfiltered(state);
    let mut names: Vec<String> = Vec::new();
    for variable in all {
        if state.variables.is_selected(&variable.name) && !names.contains(&variable.name) {
            names.push(variable.name);
        }
    }
    if names.is_empty() {
        names.extend(current(state));
    }
    names
}

pub(in crate::console) fn rows_unfiltered(state: &State) -> Vec<Variable> {
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

/// The event of the section that the focused row is in, or the only event.
pub(in crate::console) fn event_here(state: &State) -> Option<Event> {
    let mut above: Vec<Row> = rows(state);
    above.truncate(state.variables.list.selected() + 1);
    let heading = above.into_iter().rev().find_map(|row| match row {
        Row::Heading(event) => Some(event),
        Row::Variable(_) => None,
    });
    heading.or_else(|| events(state).first().copied())
}

/// The focused variable, if it is a person's own, and its event.
pub(in crate::console) fn own_here(state: &State) -> Option<(Option<Event>, Variable)> {
    match rows(state).into_iter().nth(state.variables.list.selected())? {
        Row::Variable(variable) if variable.origin == VariableOrigin::Own => {
            Some((event_here(state), variable))
        }
        _ => None,
    }
}

/// The row of a variable of this event.
pub(in crate::console) fn place(state: &State, scope: &str, name: &str) -> Option<usize> {
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
