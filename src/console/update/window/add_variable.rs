//! Updates of the form of an own variable.

use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::keymap::Action;
use crate::profile::Choice as _;
use crate::profile::catalogue::NO_EVENT;

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::AddVariable(form)) = &mut state.overlay else { return Vec::new() };
    let count = form.fields.len();
    match action {
        Action::NextField => form.at = (form.at + 1) % count,
        Action::PreviousField => form.at = (form.at + count - 1) % count,
        Action::Leave => state.overlay = None,
        Action::Accept => match form.variable(&state.own_variables) {
            Ok(variable) => {
                let scope = form.event.map_or(NO_EVENT, |e| e.name()).to_owned();
                let edited = form.edited.take();
                state.overlay = None;
                return vec![match edited {
                    Some(name) => Effect::ChangeVariable(scope, name, variable),
                    None => Effect::AddVariable(scope, variable),
                }];
            }
            Err(error) => form.error = Some(error),
        },
        _ => {}
    }
    Vec::new()
}
