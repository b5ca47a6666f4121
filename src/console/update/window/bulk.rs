//! Updates of the window that lists bulk retries and resends.

use crate::console::model::bulk_results::BulkResults;
use crate::console::model::deliveries::query::Show;
use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::bulk::BulkWindow;
use crate::console::update::{bulk_results, deliveries};
use crate::keymap::Action;
use crate::storage::BulkAction;

/// Opens the window.
pub(in crate::console) fn open(state: &mut State) -> Vec<Effect> {
    let mut window = BulkWindow::default();
    window.moved(&state.bulk_results);
    state.overlay = Some(Overlay::Bulk(window));
    vec![bulk_results::load(state)]
}

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let State { overlay: Some(Overlay::Bulk(window)), bulk_results, .. } = state else { return Vec::new() };
    if window.list.act(action, bulk_results.rows().len()) {
        window.moved(bulk_results);
        return Vec::new();
    }
    match action {
        Action::ShowFailed => show(state, Show::Failed),
        Action::ShowInFull => show(state, Show::All),
        Action::Leave => {
            state.overlay = None;
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Goes to the deliveries of the selected action.
fn show(state: &mut State, show: Show) -> Vec<Effect> {
    let selected = |results: &BulkResults| match &state.overlay {
        Some(Overlay::Bulk(window)) => {
            window.selected(results).map(|action| (action.id, name(state, action)))
        }
        _ => None,
    };
    let Some(bulk) = selected(&state.bulk_results) else { return Vec::new() };
    deliveries::show_bulk(state, bulk, show)
}

/// What an action is called in the title of the deliveries: `resend of 14:02:10`.
fn name(state: &State, action: &BulkAction) -> String {
    let what = if action.resent == 0 { "retry" } else { "resend" };
    format!("{what} of {}", state.settings.clock.in_list(action.begun_at, state.now).trim_start())
}
