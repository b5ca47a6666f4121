//! Goes from a delivery to its resend, and back.

use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::details::DetailsWindow;
use crate::keymap::Action;

/// Shows the delivery that is linked with the one shown or selected, in full; in the list it is selected, if it is
/// there.
pub fn follow(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(details) = state.delivery_details() else { return Vec::new() };
    let linked = match action {
        Action::Original => details.original.as_ref(),
        _ => details.resends.first(),
    };
    let Some(id) = linked.map(|row| row.id) else { return Vec::new() };
    let deliveries = &mut state.deliveries;
    // The window stays on its delivery when others arrive above it.
    if deliveries.is_following() {
        deliveries.pause();
    }
    if let Some(at) = deliveries.rows.iter().position(|row| row.id == id) {
        deliveries.list.select(at);
    }
    state.overlay = Some(Overlay::Details(DetailsWindow::new(id, None, None)));
    vec![Effect::LoadDetails(id)]
}
