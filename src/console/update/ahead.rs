//! What is typed ahead: while a window or the editor is about to open, what is typed is meant for it.

use crate::console::model::effect::{Effect, Purpose};
use crate::console::model::message::Message;
use crate::console::model::state::State;
use crate::keymap::{Action, Key, Meaning, Scope};

/// How much of what is typed ahead is held.
pub const MOST_HELD: usize = 256;

/// Whether a message is somebody typing.
pub fn is_typed(message: &Message) -> bool {
    matches!(message, Message::Key(_) | Message::BurstKey(_) | Message::Paste(_) | Message::Pointer(_))
}

/// Whether what is typed next is meant for what comes of this effect: a window, the editor as it is
/// saved, the list without what is deleted.
pub fn is_opening(effect: &Effect) -> bool {
    match effect {
        Effect::LoadProfile(_, purpose) => !matches!(purpose, Purpose::Show | Purpose::Reload),
        Effect::Fresh(_)
        | Effect::SaveProfile(..)
        | Effect::OverwriteProfile(_)
        | Effect::SwitchProfile(_)
        | Effect::AskDelete(..)
        | Effect::DeleteProfile(_)
        | Effect::SendAgain(_)
        | Effect::Preview(..) => true,
        _ => false,
    }
}

/// Whether a message is the answer to such an effect, or says that there will be none.
pub fn opens(message: &Message) -> bool {
    match message {
        Message::Profile(_, _, purpose) => !matches!(purpose, Purpose::Show | Purpose::Reload),
        Message::Fresh(..)
        | Message::Saved(_)
        | Message::Conflict(..)
        | Message::Unusable(_)
        | Message::Switched(_)
        | Message::AskDelete(..)
        | Message::Deleted(..)
        | Message::Accepted(..)
        | Message::Previewed(..)
        | Message::Failed(_) => true,
        _ => false,
    }
}

/// Ctrl+C pressed again while the first waits: the person will not wait.
pub fn insists(state: &State, message: &Message) -> bool {
    let quits = |m: &Message| matches!(m, Message::Key(key) if !key.is_text() && is_quit(state, *key));
    quits(message) && state.held.iter().any(quits)
}

/// Whether a key is the way out.
pub fn is_quit(state: &State, key: Key) -> bool {
    is(state, key, Action::Quit)
}

/// Whether a message is a key that stops the program until the shell resumes it.
pub fn is_stop(state: &State, message: &Message) -> bool {
    matches!(message, Message::Key(key) | Message::BurstKey(key) if is(state, *key, Action::Suspend))
}

fn is(state: &State, key: Key, action: Action) -> bool {
    state.settings.keys.resolve(key, &[Scope::Global]) == Some(Meaning::Does(action))
}
