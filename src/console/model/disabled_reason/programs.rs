//! Why a program cannot be started.

use crate::console::model::state::State;
use crate::keymap::Action;
use crate::profile::Method;

/// Why an action that starts a program cannot be done now; `None` if it can.
#[must_use]
pub fn why_not(state: &State, action: Action) -> Option<&'static str> {
    match action {
        Action::EditBody if !has_body(state) => {
            Some("this method has no body: its values go into the endpoint's query")
        }
        Action::Pager if state.delivery_details().is_none_or(|d| d.attempts.is_empty()) => {
            Some("no response yet")
        }
        _ => None,
    }
}

fn has_body(state: &State) -> bool {
    state.editor.as_ref().is_some_and(|e| e.draft().method().is_none_or(Method::has_body))
}
