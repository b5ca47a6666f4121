//! From the numbers of a profile to its failed deliveries.

use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::update::{deliveries, profiles};
use crate::profile::ProfileId;

/// Goes to the failed deliveries of the selected profile.
pub(in crate::console) fn show(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Overview(window)) = &state.overlay else { return Vec::new() };
    let Some(id) = window.selected().and_then(|row| ProfileId::parse(&row.key).ok()) else {
        return Vec::new();
    };
    let mut effects = profiles::go_to(state, &id);
    if state.profiles.selected().is_some_and(|row| row.id == id) {
        effects.extend(deliveries::show_failed(state, true));
    }
    effects
}
