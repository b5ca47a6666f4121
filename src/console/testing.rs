//! Test: what is on the screen is sent, saved or not, and its end is told at the bottom left.

use crate::callback::Values;
use crate::delivery::{State as DeliveryState, Summary};
use crate::profile::Event;
use crate::profile::catalogue::Variable;

use super::deliveries::state_text;
use super::editor;
use super::message::{Effect, Purpose};
use super::overlay::{Overlay, TestWindow};
use super::state::{Pane, State};
use super::variables;

/// Said until the test is in the log.
pub const TESTING: &str = "Testing …";
/// The words of the seed.
pub const TESTED: &str = "Callback profile tested";

/// Opens the test of the profile in the editor, or of the chosen one.
pub fn open(state: &mut State) -> Vec<Effect> {
    let in_editor = matches!(state.focus, Pane::Editor | Pane::Variables);
    if state.editor.is_some() && (in_editor || state.profiles.chosen().is_none()) {
        if let Some(profile) = editor::checked(state, "tested") {
            state.overlay = Some(Overlay::Test(TestWindow::new(profile, &state.own_variables)));
        }
        return Vec::new();
    }
    match state.profiles.chosen() {
        Some(row) => vec![Effect::LoadProfile(row.id.clone(), Purpose::Test)],
        None => {
            state.complain("No profile to test: n makes one");
            Vec::new()
        }
    }
}

/// The catalogue's sample values of an event, and those of one's own variables.
#[must_use]
pub fn samples(event: Option<Event>, own: &[(String, Variable)]) -> Values {
    let mut values = Values::default();
    for variable in variables::of_event(event, own) {
        values.set(variable.name, variable.sample);
    }
    values
}

/// Tells the end of the test that is watched, once it is there.
pub fn watch(state: &mut State, rows: &[Summary]) {
    let Some(testing) = state.testing else { return };
    let Some(row) = rows.iter().find(|r| r.id == testing) else { return };
    if row.state.is_pending() {
        return;
    }
    state.testing = None;
    let (text, _) = state_text::describe(row, None, state.now);
    let text = format!("{TESTED} · {text}");
    if row.state == DeliveryState::Delivered { state.praise(text) } else { state.complain(text) }
}
