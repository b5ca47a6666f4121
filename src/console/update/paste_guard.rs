//! Actions that need a key that arrives alone.
//!
//! A terminal without bracketed paste sends pasted text as keys, and in a list each letter is an action: `Dy` would
//! delete a profile, `q` quit, `a` send. So deleting, discarding, sending and quitting are refused for a key that
//! arrived in one piece with others; see [`Message::BurstKey`]. At worst a question stays open.
//!
//! [`Message::BurstKey`]: crate::console::model::message::Message::BurstKey

use crate::console::model::state::State;
use crate::console::model::target::Target;
use crate::console::model::window::Overlay;
use crate::keymap::Action;

/// Whether the action is refused because its key arrived together with others; then says so.
pub fn refuses(state: &mut State, action: Action) -> bool {
    let refused = state.in_burst && needs_key_alone(state, action);
    if refused {
        let name = state.label(action);
        state.notify_error(format!(
            "{name}: ignored, since the key arrived together with others, as in a paste: press it alone"
        ));
    }
    refused
}

fn needs_key_alone(state: &State, action: Action) -> bool {
    match action {
        Action::Quit
        | Action::Discard
        | Action::Save
        | Action::RetryNow
        | Action::Cancel
        | Action::Resend
        | Action::Enable
        | Action::Pause
        | Action::PauseAll
        | Action::Undo => true,
        // In the palette this runs the selected action, which is checked then.
        Action::Accept => {
            matches!(state.target(), Target::Window(Overlay::Question(_) | Overlay::Test(_)))
        }
        _ => false,
    }
}
