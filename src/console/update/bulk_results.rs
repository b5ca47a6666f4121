//! Updates of bulk retries and resends: their results are reported when they are there.

use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::documents::bulk_result;
use crate::storage::BulkAction;

/// Reads them now.
pub(in crate::console) fn load(state: &mut State) -> Effect {
    state.bulk_results.ask(state.now);
    Effect::LoadBulkActions
}

/// Reads them again while the result of one is awaited, or the window is open, once deliveries have changed.
pub(in crate::console) fn refresh(state: &mut State) -> Vec<Effect> {
    let is_shown = matches!(state.overlay, Some(Overlay::Bulk(_)));
    if state.bulk_results.asks(state.now, is_shown) { vec![Effect::LoadBulkActions] } else { Vec::new() }
}

/// They were read: reports the results of those that have ended meanwhile.
pub(in crate::console) fn taken(state: &mut State, read: Result<Vec<BulkAction>, String>) {
    let ended = state.bulk_results.take(read, state.now);
    if let Some(Overlay::Bulk(window)) = &mut state.overlay {
        window.taken(&state.bulk_results);
    }
    let Some(newest) = ended.first() else { return };
    let shown = match state.overlay {
        Some(Overlay::Bulk(_)) => String::new(),
        _ => state.settings.keys.spell(" · {bulk} shows it"),
    };
    let text = format!("{}{shown}", bulk_result(newest));
    if newest.counts.delivered == newest.changed() {
        state.notify_success(text);
    } else {
        state.notify_error(text);
    }
}
