//! Why an action on profiles cannot be done.

use crate::console::model::state::State;
use crate::keymap::Action;

/// Why an action cannot be done now; `None` if it can.
#[must_use]
pub fn why_not(state: &State, action: Action) -> Option<&'static str> {
    match action {
        Action::Edit
        | Action::EditProfile
        | Action::Preview
        | Action::Snippet
        | Action::Duplicate
        | Action::Delete
        | Action::Enable
        | Action::Pause
        | Action::CopyId
            if state.profiles.selected().is_none() =>
        {
            Some("no profile is selected: {profiles-new} creates one")
        }
        Action::FilterProfile
            if state.deliveries.profile.is_none() && state.profiles.selected().is_none() =>
        {
            Some("no profile is selected")
        }
        Action::Undo if !state.profiles.deleted_here && !state.blocks.any_deleted() => {
            Some("nothing to restore")
        }
        _ => None,
    }
}
