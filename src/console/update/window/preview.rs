//! What happens in the preview.

use crate::callback::{CurlSecrets, curl_command};
use crate::console::model::effect::Effect;
use crate::console::model::find::Went;
use crate::console::model::layout;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::keymap::Action;

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if find(state, action) {
        return Vec::new();
    }
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
        _ => {
            window.scroll.act(action);
        }
    }
    Vec::new()
}

/// Looks for a text. False when the action is none of a search.
fn find(state: &mut State, action: Action) -> bool {
    let width = layout::width_inside(layout::room_for_windows(state.screen()).width);
    let settings = &state.settings;
    let Some(Overlay::Preview(window)) = &mut state.overlay else { return false };
    let text = if action.is_match() { window.lines(settings, width) } else { Vec::new() };
    let text = || text.iter().map(ToString::to_string).collect::<Vec<_>>();
    match window.find.act(action, window.scroll.top(), text) {
        Went::Elsewhere => return false,
        Went::Done => {}
        Went::To(line) => window.scroll.go_to(line),
        Went::Nowhere(why) => state.complain(why),
    }
    true
}
