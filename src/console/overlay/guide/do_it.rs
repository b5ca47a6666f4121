//! Does what a line of help or palette says.

use crate::console::message::Effect;
use crate::console::profiles;
use crate::console::state::State;
use crate::console::{possible, update};

use super::offer::{Offer, Target};

/// Closes help or palette, goes where the action belongs, and does it; what cannot be done now is told,
/// and nothing closes.
pub fn do_it(state: &mut State, offer: Offer) -> Vec<Effect> {
    if let Some(why) = offer.why {
        state.complain(format!("{}: {why}", offer.text));
        return Vec::new();
    }
    state.guide = None;
    match offer.target {
        Target::Profile(id) => profiles::go_to(state, &id),
        Target::Entry(entry) => {
            if let Ok(pane) = possible::way(state, entry) {
                state.focus = pane;
            }
            update::do_action(state, entry.action)
        }
    }
}
