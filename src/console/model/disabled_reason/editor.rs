//! Why an action of the editor cannot be done.

use crate::console::model::disabled_reason::programs;
use crate::console::model::editor::item::Item;
use crate::console::model::state::State;
use crate::keymap::Action;

/// Why an action cannot be done now; `None` if it can.
#[must_use]
pub fn why_not(state: &State, action: Action) -> Option<&'static str> {
    let editor = state.editor.as_ref()?;
    match action {
        Action::EditBody | Action::EditProfile => programs::why_not(state, action),
        Action::Save if !editor.is_changed() && !editor.is_new => Some("nothing has changed"),
        Action::Left | Action::Right if !matches!(editor.focus, Item::Choice(_) | Item::Button(_)) => {
            Some("there is no choice in this field")
        }
        _ => None,
    }
}
