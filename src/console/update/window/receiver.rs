//! Updates of the window of the built-in endpoint.

use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::receiver::{self, SETTINGS};
use crate::console::model::window::request::RequestWindow;
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
        Action::Left | Action::Right if window.selected().is_none() => {
            receiver::turn(&mut receiver.behaviour, window.list.selected(), action == Action::Right);
            match &receiver.address {
                Some(_) => vec![Effect::SetReceiver(receiver.behaviour.clone())],
                None => Vec::new(),
            }
        }
        Action::CopyId => {
            let text = receiver.address.as_ref().map(|address| format!("http://{address}/"));
            text.map(|text| Effect::Copy { what: text.clone(), text }).into_iter().collect()
        }
        Action::ShowInFull => {
            if let Some(request) = receiver.arrived.get(window.selected().unwrap_or(0)) {
                let text = describe_in_full(request, state.settings.clock.zone());
                let below = Box::new(std::mem::take(window));
                state.overlay = Some(Overlay::Request(RequestWindow::new(text, below)));
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
