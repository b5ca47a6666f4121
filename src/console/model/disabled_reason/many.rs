//! Why an action on all deliveries that the filter leaves cannot be done.

use crate::console::model::deliveries::{Deliveries, many};
use crate::console::model::state::State;
use crate::keymap::Action;

/// Why an action on many cannot be done now; `None` when it can.
#[must_use]
pub fn why_not(state: &State, action: Action) -> Option<&'static str> {
    let many = matches!(action, Action::RetryAll | Action::CancelAll | Action::SendAllAgain);
    match &state.deliveries {
        _ if !many => None,
        Deliveries { running: Some(_), .. } => Some("another is running: Esc stops it"),
        deliveries => many::about(deliveries.show, action).err(),
    }
}
