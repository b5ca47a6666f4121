//! The palette: a few letters of an action or of a profile's title, and Enter does it.

use ratatui::Frame;

use crate::console::frame;
use crate::console::profiles::Profiles;
use crate::console::state::State;
use crate::keymap::{Action, Entry, Scope};
use crate::store::ProfileRow;

use super::lookup::Lookup;
use super::offer::{self, Offer, Target};
use super::{rank, view};

/// Profiles offered at a time, of those whose titles have the words.
const PROFILES: usize = 20;
/// What stands before a title.
const GO_TO: &str = "go to profile";

/// The palette.
#[derive(Debug)]
pub struct Palette {
    pub(super) lookup: Lookup,
    /// Profiles that the search names, found when it was typed: there may be a hundred thousand.
    profiles: Vec<ProfileRow>,
}

impl Default for Palette {
    fn default() -> Self {
        Self { lookup: Lookup::new(true), profiles: Vec::new() }
    }
}

impl Palette {
    /// Finds the profiles whose titles have the words that are typed.
    pub fn find_profiles(&mut self, profiles: &Profiles) {
        let typed = self.lookup.search.text().to_ascii_lowercase();
        let mut words: Vec<String> = typed.split_whitespace().map(str::to_owned).collect();
        words.retain(|word| !GO_TO.contains(word.as_str()));
        let most = if words.is_empty() { 0 } else { PROFILES };
        self.profiles = profiles.titled(&words).take(most).cloned().collect();
    }

    /// What fits what is typed, the best first; with nothing typed every action, first those that can
    /// be done where the keyboard was.
    pub fn offers(&self, state: &State) -> Vec<Offer> {
        let mut all = offer::entries(state);
        // What is done in the palette itself needs no palette.
        let own = |entry: &Entry| entry.scope == Scope::Guide || entry.action == Action::Palette;
        all.retain(|offer| !matches!(&offer.target, Target::Entry(entry) if own(entry)));
        let wanted = self.lookup.search.text();
        if wanted.trim().is_empty() {
            let here = state.target_beneath().scopes();
            all.sort_by_key(|offer| (offer.why.is_some(), !offer.is_of(&here)));
            return all;
        }
        let why = state.overlay.as_ref().map(|_| "a window is open: Esc closes it first");
        all.extend(self.profiles.iter().map(|row| offer::profile(row, why)));
        rank::rank(&wanted, all, |offer| (offer.haystack(), offer.alias()))
    }

    /// Draws the palette.
    pub fn draw(&self, state: &State, out: &mut Frame<'_>) {
        let offers = self.offers(state);
        let screen = frame::room_for_windows(out.area());
        let height = screen.height.min(24);
        let inner = frame::window(state, "Palette", 96, height, out);
        view::search(
            state,
            &self.lookup,
            (":", "a few letters of an action, or of a profile's title"),
            inner,
            out,
        );
        let lines = view::middle(inner);
        let visible = self.lookup.list.visible(offers.len(), usize::from(lines.height));
        frame::mark_more(state, inner, &visible, offers.len(), out);
        for (at, offer) in offers.iter().enumerate().skip(visible.start).take(visible.len()) {
            let chosen = at == self.lookup.list.selected();
            view::palette_line(state, offer, chosen, frame::row(lines, at - visible.start), out);
        }
        let chosen = self.lookup.list.selected().saturating_sub(visible.start);
        view::cursor(&self.lookup, chosen, lines, out);
        view::detail(state, offers.get(self.lookup.list.selected()), inner, out);
    }
}
