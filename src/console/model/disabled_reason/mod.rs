//! Which actions are available, and why others are not. Footer, help and palette ask before a key is pressed; if the
//! key is pressed anyway, the reason is shown.
//!
//! Sentences of the console name keys by their entries in braces, such as `{profiles-new}`; the reasons returned here
//! contain the keys themselves.

pub mod beneath;
pub mod bulk;
pub mod deliveries;
pub mod editor;
pub mod profiles;
pub mod programs;
pub mod testing;
pub mod variables;

use std::borrow::Cow;

use crate::console::model::offer;
use crate::console::model::state::State;
use crate::console::model::target::Target;
use crate::keymap::Action;

/// Why an action cannot be done at the focus; `None` if it can.
#[must_use]
pub fn why_not(state: &State, action: Action) -> Option<Cow<'static, str>> {
    match state.target() {
        Target::Guide(guide) => {
            let needs_line = matches!(action, Action::Accept | Action::NextMatch | Action::PreviousMatch);
            (needs_line && offer::of(state, guide).is_empty()).then_some("no matches".into())
        }
        target => beneath::beneath(state, target, action),
    }
}
