//! Scrolls and searches a text in a window.

use std::sync::Arc;

use crate::console::model::layout;
use crate::console::model::state::State;
use crate::console::model::window::{Overlay, details_text};
use crate::keymap::Action;

/// Scrolls or searches the text of the window. False if the action does neither.
pub(in crate::console) fn act(state: &mut State, action: Action) -> bool {
    let lines = if action.is_match() { lines(state) } else { Arc::default() };
    let Some(reading) = state.overlay.as_mut().and_then(Overlay::reading_mut) else { return false };
    reading.act(action, || lines).unwrap_or_else(|why| {
        state.notify_error(why);
        true
    })
}

/// Scrolls to the text by which the delivery was found, once the details are loaded. If it is not on the screen, such
/// as a value that is sent encrypted, nothing happens.
pub fn scroll_to_match(state: &mut State) {
    let Some(Overlay::Details(window)) = &mut state.overlay else { return };
    if !window.scroll_pending || window.details.is_none() {
        return;
    }
    window.scroll_pending = false;
    let lines = lines(state);
    if let Some(reading) = state.overlay.as_mut().and_then(Overlay::reading_mut) {
        // No match is not worth a notice here.
        let _ = reading.act(Action::NextMatch, || lines);
    }
}

/// The lines as they are on the screen.
fn lines(state: &State) -> Arc<[String]> {
    let width = layout::width_inside(layout::room_for_windows(state.screen()).width);
    match &state.overlay {
        Some(Overlay::Details(window)) => {
            let details = window.details().map(|details| details_text::lines(state, details, width));
            details.into_iter().flatten().map(|(line, _)| line).collect()
        }
        Some(Overlay::Preview(window)) => {
            window.lines(&state.settings, width).iter().map(ToString::to_string).collect()
        }
        Some(Overlay::Snippet(window)) => window.lines(width).into(),
        Some(Overlay::Request(window)) => window.lines(width),
        _ => Arc::default(),
    }
}
