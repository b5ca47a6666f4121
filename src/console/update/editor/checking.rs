//! Checks what is typed, once after each change.

use crate::console::model::state::State;
use crate::console::model::variables;
use crate::profile::Field;

/// Checks what is being edited, if it has changed; a long body once the typing rests.
pub(in crate::console) fn check(state: &mut State) {
    let State { editor: Some(editor), own_variables, now, .. } = state else { return };
    if editor.is_check_due(*now) {
        let known = variables::known(editor, own_variables);
        editor.check(&known);
    }
    if editor.focus.field() == Some(Field::Body) {
        // Otherwise each drawing would take a long body apart anew.
        editor.input_of(Field::Body);
    }
}
