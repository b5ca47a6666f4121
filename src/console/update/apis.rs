//! Updates of the HTTP APIs in the top line.

use crate::console::model::effect::Effect;
use crate::console::model::state::State;

/// Reads them: one was started or stopped.
pub(in crate::console) fn load(state: &mut State) -> Effect {
    state.apis.ask(state.now);
    Effect::LoadApis
}

/// Reads them again while one is on the screen, once it may have been killed.
pub(in crate::console) fn refresh(state: &mut State) -> Vec<Effect> {
    if state.apis.asks(state.now) { vec![Effect::LoadApis] } else { Vec::new() }
}
