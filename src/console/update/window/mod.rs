//! Updates of the windows above the panes.

pub mod add_variable;
pub mod bulk;
pub mod copy_failed;
pub mod details;
pub mod overview;
mod overview_failures;
pub mod preview;
pub mod question;
pub mod receiver;
pub mod replay_form;
pub mod request;
pub mod responses_form;
pub mod senders;
pub mod snippet;
pub mod test;
pub mod text_view;

use crate::console::model::effect::Effect;
use crate::console::model::find::FindKey;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::keymap::{Action, Key};

/// A key while a window with a text field is open. `None` if it does not type text.
pub fn key(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    if let Some(effects) = test::enter(state, key) {
        return Some(effects);
    }
    let pressed = match state.overlay.as_mut()? {
        Overlay::Test(window) => return window.key(key, &state.settings.keys).then(Vec::new),
        Overlay::AddVariable(form) => return form.key(key).then(Vec::new),
        Overlay::Responses(form) => return form.key(key).then(Vec::new),
        Overlay::Replay(form) => return form.key(key).then(Vec::new),
        window => window.reading_mut()?.find.key(key),
    };
    match pressed {
        FindKey::Elsewhere => None,
        FindKey::Wrote => Some(Vec::new()),
        FindKey::Entered => Some(act(state, Action::NextMatch)),
    }
}

/// Text pasted while a window is open.
pub fn paste(state: &mut State, text: &str) {
    match &mut state.overlay {
        Some(Overlay::Test(window)) => window.paste(text),
        Some(Overlay::AddVariable(form)) => form.paste(text),
        Some(Overlay::Responses(form)) => form.paste(text),
        Some(Overlay::Replay(form)) => form.paste(text),
        Some(window) => {
            if let Some(reading) = window.reading_mut() {
                reading.find.paste(text);
            }
        }
        None => {}
    }
}

/// Focuses a row of the window that was clicked.
pub fn select_row(state: &mut State, row: usize) {
    if let Some(Overlay::Test(window)) = &mut state.overlay {
        window.select_row(row);
    }
}

/// Does an action in the window.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if text_view::act(state, action) {
        return Vec::new();
    }
    match &state.overlay {
        Some(Overlay::Question(_)) => question::act(state, action),
        Some(Overlay::Test(_)) => test::act(state, action),
        Some(Overlay::Preview(_)) => preview::act(state, action),
        Some(Overlay::Snippet(_)) => snippet::act(state, action),
        Some(Overlay::Details(_)) => details::act(state, action),
        Some(Overlay::Receiver(_)) => receiver::act(state, action),
        Some(Overlay::Responses(_)) => responses_form::act(state, action),
        Some(Overlay::Replay(_)) => replay_form::act(state, action),
        Some(Overlay::Request(_)) => request::act(state, action),
        Some(Overlay::Senders(_)) => senders::act(state, action),
        Some(Overlay::Overview(_)) if action == Action::ShowFailed => overview_failures::show(state),
        Some(Overlay::Overview(_)) => overview::act(state, action),
        Some(Overlay::Bulk(_)) => bulk::act(state, action),
        Some(Overlay::AddVariable(_)) => add_variable::act(state, action),
        Some(Overlay::CopyFailed(_)) => copy_failed::act(state, action),
        None => Vec::new(),
    }
}
