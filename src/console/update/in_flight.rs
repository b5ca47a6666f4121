//! The attempts in flight. The sender reports them a few times a second at most, and the log may be newer.

use crate::console::model::state::State;
use crate::delivery::InFlight;

/// Drops attempts that the log has recorded already, so that no part of the screen shows one that is over.
pub fn drop_recorded(state: &mut State) {
    let in_flight = &mut state.sender.in_flight;
    if in_flight.is_empty() {
        return;
    }
    for row in state.deliveries.rows() {
        let is_over = |attempt: &InFlight| !row.state.is_pending() || attempt.n <= row.attempts;
        if in_flight.get(&row.id).is_some_and(is_over) {
            in_flight.remove(&row.id);
        }
    }
}
