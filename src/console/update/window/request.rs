//! What happens in the window of a request that was received.

use std::sync::Arc;

use crate::console::model::effect::Effect;
use crate::console::model::find::Went;
use crate::console::model::layout;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::keymap::Action;

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if find(state, action) {
        return Vec::new();
    }
    let Some(Overlay::Request(window)) = &mut state.overlay else { return Vec::new() };
    match action {
        Action::Leave => {
            let below = std::mem::take(&mut *window.below);
            state.overlay = Some(Overlay::Receiver(below));
        }
        Action::CopyRequest => {
            return vec![Effect::Copy { text: window.text.clone(), what: "the request".to_owned() }];
        }
        _ => {
            window.scroll.act(action);
        }
    }
    Vec::new()
}

/// Looks for a text. False when the action is none of a search.
fn find(state: &mut State, action: Action) -> bool {
    let width = layout::width_inside(layout::room_for_windows(state.screen()).width);
    let Some(Overlay::Request(window)) = &mut state.overlay else { return false };
    let lines = if action.is_match() { window.lines(width) } else { Arc::default() };
    match window.find.act(action, window.scroll.top(), || lines) {
        Went::Elsewhere => return false,
        Went::Done => {}
        Went::To(line) => window.scroll.go_to(line),
        Went::Nowhere(why) => state.complain(why),
    }
    true
}
