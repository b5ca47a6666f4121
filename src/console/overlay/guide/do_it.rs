//! Does what a line of help or palette says.

use crate::console::message::Effect;
use crate::console::state::State;
use crate::console::{possible, profiles, update};
use crate::keymap::{Action, Scope};

use super::offer::{Offer, Target};

/// Closes help or palette, goes where the action belongs, and does it; what cannot be done now is told,
/// and nothing closes.
pub fn do_it(state: &mut State, offer: Offer) -> Vec<Effect> {
    if let Some(why) = offer.why {
        state.complain(format!("{}: {why}", offer.text));
        return Vec::new();
    }
    if let Target::Entry(entry) = &offer.target
        && entry.scope == Scope::Guide
    {
        // It is done in this window. What does a line does this one: there is nothing else to do.
        return if entry.action == Action::Accept { Vec::new() } else { super::act(state, entry.action) };
    }
    state.guide = None;
    match offer.target {
        Target::Profile(id) => profiles::go_to(state, &id),
        // The window that has just closed was the level.
        Target::Entry(entry)
            if entry.action == Action::Leave && possible::why_not(state, entry.action).is_some() =>
        {
            Vec::new()
        }
        Target::Entry(entry) => {
            if let Ok(pane) = possible::way(state, entry) {
                state.focus = pane;
            }
            update::do_action(state, entry.action)
        }
    }
}
