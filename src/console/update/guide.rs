//! Updates of help and palette.

use crate::console::model::disabled_reason::{self, beneath};
use crate::console::model::effect::Effect;
use crate::console::model::guide::Guide;
use crate::console::model::offer::{self, Offer, OfferTarget};
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::update::profiles;
use crate::keymap::{Action, Key, Scope};

/// A key for the search. `None` when it is not for text.
pub fn key(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    // Of the keys that edit, those that move in a list go to the list.
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

/// Finds the profiles anew that the search names.
fn searched(state: &mut State) {
    if let Some(Guide::Palette(palette)) = &mut state.guide {
        palette.find_profiles(&state.profiles);
    }
}

/// Does an action of help and palette.
#[derive(Debug)]
pub enum Next {
    /// It is done.
    Done(Vec<Effect>),
    /// This is to be done, where the keyboard is now.
    Do(Action),
}

/// Does an action of help and palette.
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
                return do_it(state, offer);
            }
        }
        Action::Leave if guide.lookup_mut().end_search() => searched(state),
        Action::Leave => state.guide = None,
        _ => {}
    }
    Next::Done(Vec::new())
}

/// Closes help or palette, goes where the action belongs, and does it. If it cannot be done now, shows why
/// and closes nothing.
pub fn do_it(state: &mut State, offer: Offer) -> Next {
    if let Some(why) = offer.why {
        state.complain(format!("{}: {why}", offer.text));
        return Next::Done(Vec::new());
    }
    if let OfferTarget::Entry(entry) = &offer.target
        && entry.scope == Scope::Guide
    {
        // It is done in this window. What does a line does this one: there is nothing else to do.
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
        // The window that has just closed was the level.
        OfferTarget::Entry(entry)
            if entry.action == Action::Leave && disabled_reason::why_not(state, entry.action).is_some() =>
        {
            Next::Done(Vec::new())
        }
        OfferTarget::Entry(entry) => {
            if let Ok(pane) = beneath::way(state, entry) {
                state.focus = pane;
            }
            Next::Do(entry.action)
        }
    }
}
