//! Pasted text.

use crate::console::model::effect::Effect;
use crate::console::model::layout;
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::model::target::Target;
use crate::console::update::deliveries::search as deliveries;
use crate::console::update::editor::act as editor;
use crate::console::update::{guide, profiles, variables, window};

pub(in crate::console) fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    if layout::too_small(state.size) {
        return Vec::new();
    }
    match state.target() {
        Target::Guide(_) => guide::paste(state, text),
        Target::Window(_) => window::paste(state, text),
        Target::Editor(_) => return editor::paste(state, text),
        Target::Pane(Pane::Profiles) if state.profiles.is_typing() => {
            return profiles::paste_search(state, text);
        }
        Target::Pane(Pane::Variables) if state.variables.is_typing() => variables::paste_filter(state, text),
        Target::Pane(Pane::Deliveries | Pane::Timeline) if state.deliveries.is_typing() => {
            return deliveries::paste(state, text);
        }
        Target::Pane(_) => {}
    }
    Vec::new()
}
