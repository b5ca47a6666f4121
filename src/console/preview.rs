//! Preview: what is on the screen as the request that would leave, with nothing sent.

use crate::callback::{Origins, Preview, RenderError, Values, origins_of};
use crate::profile::{Event, Profile};

use super::message::{Effect, Purpose};
use super::overlay::{Overlay, PreviewWindow};
use super::state::{Pane, State};
use super::{editor, testing, variables};

/// What a preview is made of.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The profile, saved or not.
    pub profile: Box<Profile>,
    /// The event; none with Default.
    pub event: Option<Event>,
    /// The values.
    pub values: Values,
    /// Where they came from.
    pub origins: Origins,
}

/// Asks for the preview of the profile in the editor, or of the chosen one.
pub fn open(state: &mut State) -> Vec<Effect> {
    if state.focus == Pane::Editor && state.editor.is_some() {
        let profile = editor::checked(state);
        return profile.map(|profile| sample(state, Box::new(profile))).into_iter().flatten().collect();
    }
    let chosen = state.profiles.chosen().map(|row| row.id.clone());
    chosen.map(|id| Effect::LoadProfile(id, Purpose::Preview)).into_iter().collect()
}

/// Asks for the preview of a profile with the sample values of its first event.
pub fn sample(state: &State, profile: Box<Profile>) -> Vec<Effect> {
    let event = profile.events.first().copied();
    let values = testing::samples(event, &state.own_variables);
    let origins = origins_of(&variables::of_event(event, &state.own_variables));
    vec![Effect::Preview(Box::new(Wanted { profile, event, values, origins }))]
}

/// Shows what was made, above the test that it is of.
pub fn show(state: &mut State, wanted: &Wanted, made: Result<Preview, RenderError>) -> Vec<Effect> {
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
            state.complain(format!("No request can be made: {error}"));
        }
    }
    Vec::new()
}
