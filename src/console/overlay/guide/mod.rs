//! Where actions are looked up and done: the help, in the order of the table, and the palette, the
//! best match first. Both lie above everything else, and what is beneath stays as it is.

mod do_it;
mod help;
mod lookup;
mod offer;
mod palette;
mod rank;
mod view;

pub use help::Help;
pub use palette::Palette;

use ratatui::Frame;

use crate::console::message::Effect;
use crate::console::state::State;
use crate::keymap::{Action, Key};

use lookup::Lookup;
use offer::Offer;

/// The help or the palette.
#[derive(Debug)]
pub enum Guide {
    /// What every key does.
    Help(Box<Help>),
    /// Every action, searched while typing.
    Palette(Box<Palette>),
}

impl Guide {
    /// The help, with all of it in sight.
    #[must_use]
    pub fn help() -> Self {
        Self::Help(Box::default())
    }

    /// The palette, with the keyboard in its search.
    #[must_use]
    pub fn palette() -> Self {
        Self::Palette(Box::default())
    }

    /// Whether keys are written into the search.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.lookup().typing
    }

    /// Why an action cannot be done here; `None` when it can.
    #[must_use]
    pub fn why_not(&self, state: &State, action: Action) -> Option<&'static str> {
        let needs_line = matches!(action, Action::Accept | Action::NextMatch | Action::PreviousMatch);
        (needs_line && self.offers(state).is_empty()).then_some("nothing is found")
    }

    fn lookup(&self) -> &Lookup {
        match self {
            Self::Help(help) => &help.lookup,
            Self::Palette(palette) => &palette.lookup,
        }
    }

    fn lookup_mut(&mut self) -> &mut Lookup {
        match self {
            Self::Help(help) => &mut help.lookup,
            Self::Palette(palette) => &mut palette.lookup,
        }
    }

    /// What the search leaves, in the order on the screen.
    fn offers(&self, state: &State) -> Vec<Offer> {
        match self {
            Self::Help(help) => help.offers(state),
            Self::Palette(palette) => palette.offers(state),
        }
    }
}

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
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let offers = match &state.guide {
        Some(guide) => guide.offers(state),
        None => return Vec::new(),
    };
    let Some(guide) = &mut state.guide else { return Vec::new() };
    if guide.lookup_mut().act(action, offers.len()) {
        return Vec::new();
    }
    match action {
        Action::Accept => {
            let at = guide.lookup().list.selected();
            return offers.into_iter().nth(at).map_or_else(Vec::new, |offer| do_it::do_it(state, offer));
        }
        Action::Leave if guide.lookup_mut().end_search() => searched(state),
        Action::Leave => state.guide = None,
        _ => {}
    }
    Vec::new()
}

/// Does what the line of this entry of the table says.
#[cfg(test)]
pub fn do_line(state: &mut State, line: usize) -> Vec<Effect> {
    let offer = offer::entries(state).swap_remove(line);
    do_it::do_it(state, offer)
}

/// Draws the help or the palette.
pub fn draw(state: &State, out: &mut Frame<'_>) {
    match &state.guide {
        Some(Guide::Help(help)) => help.draw(state, out),
        Some(Guide::Palette(palette)) => palette.draw(state, out),
        None => {}
    }
}
