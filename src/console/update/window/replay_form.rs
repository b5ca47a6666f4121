//! Updates of the form that sends a received request to another address.

use std::sync::Arc;

use crate::console::model::effect::Effect;
use crate::console::model::notice::{Notice, Tone};
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::receiver::ReceiverWindow;
use crate::console::model::window::replay_form::{ReplayAnswer, ReplayForm, ReplayProgress, ReplayRequest};
use crate::keymap::Action;
use crate::receiver::Received;

/// Opens the form for a request.
pub(in crate::console) fn open(state: &mut State, request: Arc<Received>, below: ReceiverWindow) {
    let form = ReplayForm::new(request, &state.receiver.replayed_to, Box::new(below));
    state.overlay = Some(Overlay::Replay(Box::new(form)));
}

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::Replay(form)) = &mut state.overlay else { return Vec::new() };
    match action {
        Action::Leave => {
            let below = std::mem::take(&mut *form.below);
            state.overlay = Some(Overlay::Receiver(below));
        }
        Action::Accept if matches!(form.progress, ReplayProgress::Sending) => {}
        Action::Accept => {
            if let Some(closed) = &state.closed {
                form.progress = ReplayProgress::Refused(closed.clone());
                return Vec::new();
            }
            let address = form.address.text();
            address.clone_into(&mut state.receiver.replayed_to);
            form.progress = ReplayProgress::Sending;
            let profile = state.receiver.verifying.as_ref().map(|verifying| verifying.profile.clone());
            let request = Arc::clone(&form.request);
            let rules = state.settings.rules.clone();
            return vec![Effect::Replay(Box::new(ReplayRequest { request, address, profile, rules }))];
        }
        _ => {}
    }
    Vec::new()
}

/// Takes the result of a request, or why it was not sent.
pub(in crate::console) fn done(state: &mut State, of: &Arc<Received>, result: Result<&ReplayAnswer, String>) {
    let waiting = match &mut state.overlay {
        Some(Overlay::Replay(form)) if Arc::ptr_eq(&form.request, of) => Some(&mut form.progress),
        _ => None,
    };
    match (waiting, result) {
        (Some(progress), Ok(answer)) => {
            *progress = ReplayProgress::Done(answer.describe(), answer.replayed.is_success());
        }
        (Some(progress), Err(why)) => *progress = ReplayProgress::Refused(why),
        // The form was left meanwhile.
        (None, result) => {
            let tone = match &result {
                Ok(answer) if answer.replayed.is_success() => Tone::Good,
                _ => Tone::Bad,
            };
            let text = result.map_or_else(|why| why, |answer| answer.replayed.summary());
            state.notice = Some(Notice { text, tone });
        }
    }
}
