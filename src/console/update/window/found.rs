//! Goes to what a delivery was found by.

use crate::console::model::find::Went;
use crate::console::model::layout;
use crate::console::model::state::State;
use crate::console::model::window::{Overlay, details_text};
use crate::keymap::Action;

/// Goes to what the delivery was found by, once there is something to read. Where it is not on the
/// screen, as a value that is sent encrypted, nothing happens.
pub fn find_in_details(state: &mut State) {
    let Some(Overlay::Details(window)) = &mut state.overlay else { return };
    if window.seeks && window.details.is_some() {
        window.seeks = false;
        let width = layout::width_inside(layout::room_for_windows(state.screen()).width);
        let Some(Overlay::Details(window)) = &state.overlay else { return };
        let all =
            window.details().map(|details| details_text::lines(state, details, width)).unwrap_or_default();
        let all: Vec<String> = all.into_iter().map(|(line, _)| line).collect();
        let Some(Overlay::Details(window)) = &mut state.overlay else { return };
        if let Went::To(line) = window.find.act(Action::NextMatch, 0, || all) {
            window.scroll.go_to(line);
        }
    }
}
