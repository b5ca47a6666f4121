//! Answers to questions.

use crate::console::model::effect::{AfterSave, Effect};
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::question::{Asked, Written};
use crate::console::update::deliveries::many;
use crate::console::update::editor::keeping;
use crate::console::update::{opening, programs};
use crate::keymap::Action;

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::Question(question)) = &state.overlay else { return Vec::new() };
    let asked = question.asked.clone();
    state.overlay = None;
    match (action, asked) {
        (Action::Accept, Asked::Delete(id, title)) => vec![Effect::DeleteProfile(id, title)],
        (Action::Accept, Asked::RemoveVariable(scope, name)) => vec![Effect::RemoveVariable(scope, name)],
        (Action::Accept, Asked::Leave) => keeping::save(state, AfterSave { leave: true, open: None }),
        (Action::Accept, Asked::LeaveFor(id)) => {
            keeping::save(state, AfterSave { leave: true, open: Some(id) })
        }
        (Action::Discard, Asked::Leave) => keeping::close(state),
        (Action::Discard, Asked::LeaveFor(id)) => {
            let mut effects = keeping::close(state);
            effects.push(Effect::LoadProfile(id, crate::console::model::effect::Purpose::Edit));
            effects
        }
        (Action::Accept, Asked::Conflict(mine, _)) => vec![Effect::OverwriteProfile(mine)],
        (Action::Discard, Asked::Conflict(_, theirs)) => {
            let effects = keeping::close(state);
            if let Some(theirs) = theirs {
                opening::open_stored(state, &theirs);
            }
            effects
        }
        (Action::Accept, Asked::Many(many)) => many::begin(state, many),
        (Action::Accept, Asked::EditAgain(Written(subject, text))) => programs::edit_again(subject, text),
        (Action::Accept, Asked::TakeIt(Written(subject, text))) => programs::take(state, subject, &text),
        (Action::Accept, Asked::Quit) => vec![Effect::Quit],
        (Action::Discard, Asked::Quit) => {
            let mut effects = keeping::close(state);
            effects.push(Effect::Quit);
            effects
        }
        _ => Vec::new(),
    }
}
