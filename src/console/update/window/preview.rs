//! Updates of the preview.

use crate::callback::{CurlSecrets, curl_command};
use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::keymap::Action;

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::Preview(window)) = &mut state.overlay else { return Vec::new() };
    let hidden = if window.has_secrets() && !window.secrets { ", secrets hidden" } else { "" };
    match action {
        Action::Leave => {
            let below = window.below.take();
            state.overlay = below.map(Overlay::Test);
        }
        Action::Secrets => window.secrets = !window.secrets,
        Action::CopyCurl => {
            let secrets = if window.secrets { CurlSecrets::Shown } else { CurlSecrets::AsVariables };
            let text = curl_command(&window.preview, secrets);
            let asks = if hidden.is_empty() { "" } else { ", secrets as variables" };
            return vec![Effect::Copy { text, what: format!("the curl command{asks}") }];
        }
        Action::CopyRequest => {
            let text = window.preview.text(window.secrets);
            return vec![Effect::Copy { text, what: format!("the request{hidden}") }];
        }
        _ => {}
    }
    Vec::new()
}
