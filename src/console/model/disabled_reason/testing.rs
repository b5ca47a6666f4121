//! Why nothing can be tested.

use crate::console::model::state::State;

/// Why nothing can be tested now; `None` if something can.
#[must_use]
pub fn why_not(state: &State) -> Option<&'static str> {
    let none = state.editor.is_none() && state.profiles.selected().is_none();
    none.then_some("no profile is selected: {profiles-new} creates one")
}
