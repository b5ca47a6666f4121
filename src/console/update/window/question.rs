//! Answers to questions.

use crate::console::model::effect::{AfterSave, Effect};
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::question::{EditedText, QuestionKind};
use crate::console::update::deliveries::bulk;
use crate::console::update::editor::saving;
use crate::console::update::{opening, programs};
use crate::keymap::Action;

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::Question(question)) = &state.overlay else { return Vec::new() };
    let asked = question.kind.clone();
    state.overlay = None;
    match (action, asked) {
        (Action::Accept, QuestionKind::Delete(id, title)) => vec![Effect::DeleteProfile(id, title)],
        (Action::Accept, QuestionKind::RemoveVariable(scope, name)) => {
            vec![Effect::RemoveVariable(scope, name)]
        }
        (Action::Accept, QuestionKind::Leave) => saving::save(state, AfterSave { leave: true, open: None }),
        (Action::Accept, QuestionKind::LeaveFor(id)) => {
            saving::save(state, AfterSave { leave: true, open: Some(id) })
        }
        (Action::Discard, QuestionKind::Leave) => saving::close(state),
        (Action::Discard, QuestionKind::LeaveFor(id)) => {
            let mut effects = saving::close(state);
            effects.push(Effect::LoadProfile(id, crate::console::model::effect::Purpose::Edit));
            effects
        }
        (Action::Accept, QuestionKind::Conflict(mine, _)) => vec![Effect::OverwriteProfile(mine)],
        (Action::Discard, QuestionKind::Conflict(_, theirs)) => {
            let effects = saving::close(state);
            if let Some(theirs) = theirs {
                opening::open_stored(state, &theirs);
            }
            effects
        }
        (Action::Accept, QuestionKind::Resend(id)) => vec![Effect::Resend(id)],
        (Action::Accept, QuestionKind::Bulk(many)) => bulk::begin(state, many),
        (Action::Accept, QuestionKind::EditAgain(EditedText(subject, text))) => {
            programs::edit_again(subject, text)
        }
        (Action::Accept, QuestionKind::AcceptText(EditedText(subject, text))) => {
            programs::take(state, subject, &text)
        }
        (Action::Accept, QuestionKind::Quit) => vec![Effect::Quit],
        (Action::Discard, QuestionKind::Quit) => {
            let mut effects = saving::close(state);
            effects.push(Effect::Quit);
            effects
        }
        _ => Vec::new(),
    }
}
