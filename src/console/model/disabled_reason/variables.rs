//! Why an action on variables cannot be done.

use crate::console::model::state::State;
use crate::console::model::variable_rows;
use crate::keymap::Action;

/// Why an action cannot be done now; `None` if it can.
#[must_use]
pub fn why_not(state: &State, action: Action) -> Option<&'static str> {
    let none = variable_rows::rows_unfiltered(state).is_empty();
    match action {
        Action::Toggle | Action::SelectAll | Action::CopyVariables | Action::Insert if none => {
            Some("no variables here: with Default any name can be typed, {variables-add-variable} adds one")
        }
        Action::CopyVariables | Action::Insert if variable_rows::selected_names(state).is_empty() => {
            Some("no variable is selected: {variables-toggle} selects one")
        }
        Action::Insert if state.editor.is_none() => {
            Some("nothing is being edited: {profiles-edit} on a profile opens it")
        }
        Action::AddVariable if state.editor.is_none() && state.selected_profile.is_none() => {
            Some("no profile is selected")
        }
        Action::EditVariable | Action::RemoveVariable if variable_rows::own_here(state).is_none() => {
            Some("only a variable of your own: {variables-add-variable} adds one")
        }
        _ => None,
    }
}
