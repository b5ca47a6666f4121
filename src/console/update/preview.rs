//! Preview: the request as it would be sent, without sending it.

use crate::callback::{Preview, RenderError};
use crate::console::model::effect::{Effect, Purpose};
use crate::console::model::pane::Pane;
use crate::console::model::preview_input::PreviewInput;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::preview::PreviewWindow;
use crate::console::model::window::test::TestWindow;
use crate::console::update::editor::saving;
use crate::profile::Profile;

/// Requests the preview of the profile in the editor, or of the selected one.
pub fn open(state: &mut State) -> Vec<Effect> {
    if state.focus == Pane::Editor && state.editor.is_some() {
        let profile = saving::checked(state, "previewed");
        return profile.map_or_else(Vec::new, |profile| sample(state, profile));
    }
    let selected = state.profiles.selected().map(|row| row.id.clone());
    selected.map(|id| Effect::LoadProfile(id, Purpose::Preview)).into_iter().collect()
}

/// Requests the preview of a profile with the initial values of its test.
pub fn sample(state: &mut State, profile: Profile) -> Vec<Effect> {
    match TestWindow::new(profile, &state.own_variables, &state.settings.rules).wanted() {
        Ok(wanted) => vec![Effect::Preview(Box::new(wanted))],
        Err(error) => {
            state.notify_error(error);
            Vec::new()
        }
    }
}

/// Shows the preview, above the test window that it was opened from.
pub fn show(state: &mut State, wanted: &PreviewInput, made: Result<Preview, RenderError>) -> Vec<Effect> {
    let below = match state.overlay.take() {
        Some(Overlay::Test(window)) => Some(window),
        None => None,
        // Something else was opened meanwhile.
        other => {
            state.overlay = other;
            return Vec::new();
        }
    };
    match made {
        Ok(preview) => {
            let window = PreviewWindow::new(&wanted.profile, wanted.event, preview, below);
            state.overlay = Some(Overlay::Preview(Box::new(window)));
        }
        Err(error) => {
            state.overlay = below.map(Overlay::Test);
            state.notify_error(format!("Cannot build the request: {error}"));
        }
    }
    Vec::new()
}
