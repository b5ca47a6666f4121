//! Updates of the form for script, headers and body of the receiver's responses.

use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::keymap::Action;

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::Responses(form)) = &mut state.overlay else { return Vec::new() };
    let count = form.fields.len();
    match action {
        Action::NextField => form.at = (form.at + 1) % count,
        Action::PreviousField => form.at = (form.at + count - 1) % count,
        Action::Leave => {
            let below = std::mem::take(&mut *form.below);
            state.overlay = Some(Overlay::Receiver(below));
        }
        Action::Accept => match form.applied(&state.receiver.behaviour) {
            Ok(behaviour) => {
                let (paths, below) = (form.paths(), std::mem::take(&mut *form.below));
                state.overlay = Some(Overlay::Receiver(below));
                state.receiver.behaviour = behaviour;
                let mut effects = super::receiver::set(&state.receiver);
                if state.receiver.paths != paths {
                    state.receiver.paths = paths.clone();
                    effects.push(Effect::FilterRequests(paths));
                }
                return effects;
            }
            Err(error) => {
                form.at = error.0;
                form.error = Some(error);
            }
        },
        _ => {}
    }
    Vec::new()
}
