//! Updates of the window that lists the senders.

use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::senders::SendersWindow;
use crate::keymap::Action;
use crate::storage::SenderInfo;

/// Opens the window.
pub(in crate::console) fn open(state: &mut State) -> Vec<Effect> {
    state.overlay = Some(Overlay::Senders(SendersWindow::default()));
    refresh(state)
}

/// Reads the senders again while the window is open, once they may have changed.
pub(in crate::console) fn refresh(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Senders(window)) = &mut state.overlay else { return Vec::new() };
    if window.asks(state.now) { vec![Effect::LoadSenders] } else { Vec::new() }
}

/// The senders were read.
pub(in crate::console) fn taken(state: &mut State, senders: Result<Vec<SenderInfo>, String>) {
    if let Some(Overlay::Senders(window)) = &mut state.overlay {
        window.take(senders);
    }
}

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::Senders(window)) = &mut state.overlay else { return Vec::new() };
    let rows = window.rows().len();
    if !window.list.act(action, rows) && action == Action::Leave {
        state.overlay = None;
    }
    Vec::new()
}
