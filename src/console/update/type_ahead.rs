//! Type-ahead: keys typed while a window or the editor is about to open are meant for it.

use crate::console::model::message::Message;
use crate::console::model::state::State;
use crate::keymap::{Action, Key, Meaning, Scope};

/// How many keys are kept while typing ahead.
pub const MAX_TYPE_AHEAD: usize = 256;

/// Whether a message is typed input.
pub fn is_typed(message: &Message) -> bool {
    matches!(message, Message::Key(_) | Message::BurstKey(_) | Message::Paste(_) | Message::Pointer(_))
}

/// Whether this is a second Ctrl+C while the first one is still queued: the person does not want to wait.
pub fn insists(state: &State, message: &Message) -> bool {
    let quits = |m: &Message| matches!(m, Message::Key(key) if !key.is_text() && is_quit(state, *key));
    quits(message) && state.type_ahead.iter().any(quits)
}

/// Whether a key quits.
pub fn is_quit(state: &State, key: Key) -> bool {
    is(state, key, Action::Quit)
}

/// Whether a message is a key that suspends the program.
pub fn is_stop(state: &State, message: &Message) -> bool {
    matches!(message, Message::Key(key) | Message::BurstKey(key) if is(state, *key, Action::Suspend))
}

fn is(state: &State, key: Key, action: Action) -> bool {
    state.settings.keys.resolve(key, &[Scope::Global]) == Some(Meaning::Does(action))
}
