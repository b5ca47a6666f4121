//! Updates of the window of a text that could not be copied.

use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::update::programs;
use crate::keymap::Action;

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::CopyFailed(window)) = &mut state.overlay else { return Vec::new() };
    if window.scroll.act(action) {
        return Vec::new();
    }
    match action {
        Action::ShowInFull => {
            window.in_full = true;
            Vec::new()
        }
        Action::WriteFile => {
            let effect = Effect::WriteFile { text: window.text.clone(), what: window.what.clone() };
            state.overlay = None;
            vec![effect]
        }
        Action::Pager => programs::open_text(&window.text),
        Action::Leave => {
            state.overlay = None;
            Vec::new()
        }
        _ => Vec::new(),
    }
}
