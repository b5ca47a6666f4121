//! Checks the draft, once after each change.

use crate::console::model::editor::check_request::CheckRequest;
use crate::console::model::editor::checked::CheckDue;
use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::model::variables;
use crate::profile::Field;

/// Checks the draft if it has changed; schedules the check of a long body for when typing pauses.
pub(in crate::console) fn check(state: &mut State) -> Option<Effect> {
    let State { editor: Some(editor), own_variables, now, .. } = state else { return None };
    let effect = match editor.check_due(*now) {
        CheckDue::No => None,
        CheckDue::Here => {
            let known = variables::known(editor, own_variables);
            editor.check(&known);
            None
        }
        CheckDue::Elsewhere => Some(Effect::Check(Box::new(CheckRequest::of(editor, own_variables)))),
    };
    if editor.focus.field() == Some(Field::Body) {
        // Otherwise each frame would split a long body again.
        editor.input_of(Field::Body);
    }
    effect
}
