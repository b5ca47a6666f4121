//! Updates of the window with a receiver for a profile.

use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::keymap::Action;

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::Snippet(window)) = &mut state.overlay else { return Vec::new() };
    match action {
        Action::Left => window.turn(false),
        Action::Right => window.turn(true),
        Action::CopySnippet => {
            let what = format!("the receiver in {}", window.language.label());
            return vec![Effect::Copy { text: window.code.clone(), what }];
        }
        Action::Leave => state.overlay = None,
        _ => {}
    }
    Vec::new()
}
