//! Updates of help and palette.

use crate::console::model::disabled_reason::{self, beneath};
use crate::console::model::effect::Effect;
use crate::console::model::guide::Guide;
use crate::console::model::offer::{self, Offer, OfferTarget};
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::update::profiles;
use crate::keymap::{Action, Key, Scope};

/// A key for the search. `None` if it is not for text.
pub fn key(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    // Editing keys that also move in a list go to the list.
    let is_action = !key.is_text() && state.meaning(key).is_some();
    let lookup = state.guide.as_mut()?.lookup_mut();
    if is_action || !lookup.key(key) {
        return None;
    }
    searched(state);
    Some(Vec::new())
}

/// Text pasted into the search.
pub fn paste(state: &mut State, text: &str) {
    let Some(guide) = &mut state.guide else { return };
    guide.lookup_mut().paste(text);
    searched(state);
}

/// Updates the profiles that match the search.
fn searched(state: &mut State) {
    if let Some(Guide::Palette(palette)) = &mut state.guide {
        palette.find_profiles(&state.profiles);
    }
}

/// The result of an action of help and palette.
#[derive(Debug)]
pub enum Next {
    /// Done.
    Done(Vec<Effect>),
    /// This action is to be done, at the current focus.
    Do(Action),
}

/// Runs an action of help and palette.
pub fn act(state: &mut State, action: Action) -> Next {
    let Some(guide) = &state.guide else { return Next::Done(Vec::new()) };
    let offers = offer::of(state, guide);
    let Some(guide) = &mut state.guide else { return Next::Done(Vec::new()) };
    if guide.lookup_mut().act(action, offers.len()) {
        return Next::Done(Vec::new());
    }
    match action {
        Action::Accept => {
            let at = guide.lookup().list.selected();
            if let Some(offer) = offers.into_iter().nth(at) {
                return run_offer(state, offer);
            }
        }
        Action::Leave if guide.lookup_mut().end_search() => searched(state),
        Action::Leave => state.guide = None,
        _ => {}
    }
    Next::Done(Vec::new())
}

/// Closes help or palette, goes to where the action belongs, and runs it. If it is unavailable, shows why and closes
/// nothing.
pub fn run_offer(state: &mut State, offer: Offer) -> Next {
    if let Some(why) = offer.why {
        state.notify_error(format!("{}: {why}", offer.text));
        return Next::Done(Vec::new());
    }
    if let OfferTarget::Entry(entry) = &offer.target
        && entry.scope == Scope::Guide
    {
        // The line is an action of this window. "Run this line" would run itself: nothing else to do.
        return if entry.action == Action::Accept {
            Next::Done(Vec::new())
        } else {
            act(state, entry.action)
        };
    }
    state.guide = None;
    match offer.target {
        OfferTarget::Profile(id) => Next::Done(profiles::go_to(state, &id)),
        OfferTarget::Field(field) => {
            if let Some(editor) = &mut state.editor {
                editor.go_to_field(&[field]);
                state.focus = Pane::Editor;
            }
            Next::Done(Vec::new())
        }
        // The window that was just closed was the level.
        OfferTarget::Entry(entry)
            if entry.action == Action::Leave && disabled_reason::why_not(state, entry.action).is_some() =>
        {
            Next::Done(Vec::new())
        }
        OfferTarget::Entry(entry) => {
            if let Ok(pane) = beneath::pane_for(state, entry) {
                state.focus = pane;
            }
            Next::Do(entry.action)
        }
    }
}
