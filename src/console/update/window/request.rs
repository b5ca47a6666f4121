//! Updates of the window of a received request.

use std::sync::Arc;

use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::update::window::replay_form;
use crate::keymap::Action;

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::Request(window)) = &mut state.overlay else { return Vec::new() };
    match action {
        Action::Leave => {
            let below = std::mem::take(&mut *window.below);
            state.overlay = Some(Overlay::Receiver(below));
        }
        Action::Replay => {
            let (request, below) = (Arc::clone(&window.request), std::mem::take(&mut *window.below));
            replay_form::open(state, request, below);
        }
        Action::CopyRequest => {
            return vec![Effect::Copy { text: window.text.clone(), what: "the request".to_owned() }];
        }
        _ => {}
    }
    Vec::new()
}
