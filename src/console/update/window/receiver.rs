//! Updates of the window of the built-in endpoint.

use std::sync::Arc;

use crate::console::model::effect::Effect;
use crate::console::model::receiver::ReceiverState;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::receiver::{self, RESPONSES, SETTINGS, VERIFY};
use crate::console::model::window::request::RequestWindow;
use crate::console::model::window::responses_form::ResponsesForm;
use crate::console::update::verifying;
use crate::console::update::window::replay_form;
use crate::keymap::Action;
use crate::receiver::describe_in_full;

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let receiver = &mut state.receiver;
    let Some(Overlay::Receiver(window)) = &mut state.overlay else { return Vec::new() };
    let rows = SETTINGS.len() + receiver.arrived.len();
    if window.list.act(action, rows) {
        return Vec::new();
    }
    match action {
        Action::Toggle if receiver.address.is_some() => vec![Effect::StopReceiver],
        Action::Toggle => vec![Effect::StartReceiver(receiver.behaviour.clone())],
        Action::EditResponses => edit_responses(state),
        Action::Left | Action::Right if window.list.selected() == RESPONSES => edit_responses(state),
        Action::Left | Action::Right if window.list.selected() == VERIFY => {
            verifying::turn(state, action == Action::Right)
        }
        Action::Left | Action::Right if window.selected().is_none() => {
            receiver::turn(&mut receiver.behaviour, window.list.selected(), action == Action::Right);
            set(receiver)
        }
        Action::CopyId => {
            let text = receiver.address.as_ref().map(|address| format!("http://{address}/"));
            text.map(|text| Effect::Copy { what: text.clone(), text }).into_iter().collect()
        }
        Action::ShowInFull => {
            let at = window.selected().unwrap_or(0);
            if let Some(request) = receiver.arrived.get(at) {
                let text = describe_in_full(request, state.settings.clock.zone(), &receiver.examined(at));
                let below = Box::new(std::mem::take(window));
                let window = RequestWindow::new(Arc::clone(request), text, below);
                state.overlay = Some(Overlay::Request(window));
            }
            Vec::new()
        }
        Action::Replay => {
            if let Some(request) = receiver.arrived.get(window.selected().unwrap_or(0)) {
                let (request, below) = (Arc::clone(request), std::mem::take(window));
                replay_form::open(state, request, below);
            }
            Vec::new()
        }
        Action::Leave => {
            state.overlay = None;
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Lets a running receiver respond as it is set.
pub(in crate::console) fn set(receiver: &ReceiverState) -> Vec<Effect> {
    match &receiver.address {
        Some(_) => vec![Effect::SetReceiver(receiver.behaviour.clone())],
        None => Vec::new(),
    }
}

/// Opens the form for script, headers and body.
fn edit_responses(state: &mut State) -> Vec<Effect> {
    if let Some(Overlay::Receiver(window)) = &mut state.overlay {
        let below = Box::new(std::mem::take(window));
        let form = ResponsesForm::new(&state.receiver.behaviour, &state.receiver.paths, below);
        state.overlay = Some(Overlay::Responses(Box::new(form)));
    }
    Vec::new()
}
