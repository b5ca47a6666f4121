//! Test: sends the profile on the screen, saved or not, and reports the outcome at the bottom left.

use crate::console::model::deliveries::state_text;
use crate::console::model::effect::{Effect, Purpose};
use crate::console::model::notice::TESTED;
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::test::TestWindow;
use crate::console::model::window::test::samples::SampleChanged;
use crate::console::model::window::test::source::RememberedValues;
use crate::console::update::editor::saving;
use crate::profile::{Profile, ProfileId};
use crate::record::{DeliveryState, Kind, Summary};

/// Opens the test of the profile in the editor, or of the selected one.
pub fn open(state: &mut State) -> Vec<Effect> {
    let in_editor = matches!(state.focus, Pane::Editor | Pane::Variables);
    if state.editor.is_some() && (in_editor || state.profiles.selected().is_none()) {
        return saving::checked(state, "tested").map_or_else(Vec::new, |profile| show(state, profile));
    }
    let selected = state.profiles.selected().map(|row| row.id.clone());
    selected.map(|id| Effect::LoadProfile(id, Purpose::Test)).into_iter().collect()
}

/// Opens the test window for a profile, and requests the values of its last test.
pub fn show(state: &mut State, profile: Profile) -> Vec<Effect> {
    let effects = vec![Effect::LoadTestValues(profile.id.clone())];
    state.overlay =
        Some(Overlay::Test(Box::new(TestWindow::new(profile, &state.own_variables, &state.settings.rules))));
    effects
}

/// Offers the values of the profile's last test, and those of the selected delivery if it belongs to this profile.
pub fn remember(state: &mut State, id: &ProfileId, values: RememberedValues) {
    let Some(Overlay::Test(window)) = &mut state.overlay else { return };
    if window.profile().id != *id {
        return;
    }
    window.remember(values);
    if let Some(details) = state.deliveries.details().filter(|d| d.summary.profile_id == *id) {
        let time = state.settings.clock.in_list(details.summary.accepted_at, state.now);
        window.offer(time, details.summary.event, details.values.clone());
    }
}

/// Takes a change of own samples, or why there is none.
pub fn samples_changed(state: &mut State, changed: Result<(SampleChanged, String), String>) {
    let Some(Overlay::Test(window)) = &mut state.overlay else { return };
    match changed {
        Ok((changed, done)) => {
            window.take_samples(&changed);
            state.notify(&done);
        }
        Err(why) => window.error = Some(why),
    }
}

/// Reports the outcomes of the watched tests.
pub fn watch(state: &mut State, rows: &[Summary]) {
    for watched in state.testing.clone() {
        let ended = |r: &&Summary| r.id == watched.id && !r.state.is_pending();
        let Some(row) = rows.iter().find(ended) else { continue };
        state.testing.retain(|t| t.id != watched.id);
        let (text, _) = state_text::describe(row, None, state.now);
        let text = match watched.kind {
            Kind::Test => format!("{TESTED} · {text}"),
            Kind::Event | Kind::Again => format!("{} resent · {text}", row.profile_title),
        };
        if row.state == DeliveryState::Delivered {
            state.notify_success(text);
        } else {
            state.notify_error(text);
        }
    }
}
