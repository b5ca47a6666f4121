//! A line of help and palette: what it does, its keys, and why it is unavailable.

pub mod fields;
pub mod rank;

use std::borrow::Cow;

use crate::console::model::disabled_reason::beneath;
use crate::console::model::guide::Guide;
use crate::console::model::guide::help::Help;
use crate::console::model::guide::palette::Palette;
use crate::console::model::state::State;
use crate::keymap::{Action, Entry, Scope, TABLE};
use crate::profile::{Field, ProfileId};
use crate::storage::ProfileRow;

/// The target of a line.
#[derive(Debug, Clone)]
pub enum OfferTarget {
    /// An action of the table.
    Entry(&'static Entry),
    /// Going to a profile.
    Profile(ProfileId),
    /// Going to a field of the editor.
    Field(Field),
}

/// A line.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Its target.
    pub target: OfferTarget,
    /// Its description.
    pub text: String,
    /// The section.
    pub place: &'static str,
    /// The keys bound to it.
    pub keys: String,
    /// Its name in the settings, the id of the profile, or the field's path in the JSON.
    pub name: String,
    /// Synonyms.
    pub words: &'static str,
    /// Why it is unavailable.
    pub why: Option<String>,
}

impl Offer {
    /// Whether it is an action of one of these scopes.
    #[must_use]
    pub fn is_of(&self, scopes: &[Scope]) -> bool {
        matches!(&self.target, OfferTarget::Entry(entry) if scopes.contains(&entry.scope))
    }

    /// What counts most in a search: the name in the settings, the title, or the label of a field with those synonyms
    /// that are typed.
    #[must_use]
    pub fn alias(&self, wanted: &str) -> String {
        match &self.target {
            OfferTarget::Entry(entry) => format!("{} {}", entry.short, self.name),
            OfferTarget::Profile(_) => self.text.clone(),
            OfferTarget::Field(field) => {
                let wanted = wanted.to_lowercase();
                let is_typed = |word: &&str| wanted.split_whitespace().any(|typed| word.starts_with(typed));
                let words: Vec<&str> = self.words.split_whitespace().filter(is_typed).collect();
                format!("{} {}", field.label(), words.join(" "))
            }
        }
    }

    /// Everything that it can be found by.
    #[must_use]
    pub fn haystack(&self) -> String {
        let short = match &self.target {
            OfferTarget::Entry(entry) => entry.short,
            OfferTarget::Profile(_) | OfferTarget::Field(_) => "",
        };
        format!("{} {short} {} {} {} {}", self.text, self.place, self.name, self.keys, self.words)
    }
}

/// Every entry of the table, in its order.
pub fn entries(state: &State) -> Vec<Offer> {
    let keymap = &state.settings.keys;
    let line = |(at, entry): (usize, &'static Entry)| {
        let keys: Vec<String> = keymap.of(at).iter().map(ToString::to_string).collect();
        Offer {
            target: OfferTarget::Entry(entry),
            text: entry.long.to_owned(),
            place: entry.scope.title(),
            keys: keys.join(" "),
            name: entry.name.to_owned(),
            words: entry.words,
            why: beneath::why_not_from_here(state, entry).map(Cow::into_owned),
        }
    };
    TABLE.iter().enumerate().map(line).collect()
}

/// A line that goes to a profile.
pub fn profile(row: &ProfileRow, why: Option<&str>) -> Offer {
    Offer {
        target: OfferTarget::Profile(row.id.clone()),
        text: format!("Go to profile {}", row.title),
        place: "Profiles",
        keys: String::new(),
        name: row.id.to_string(),
        words: "",
        why: why.map(str::to_owned),
    }
}

/// The matches of help or palette, in the order on the screen.
pub fn of(state: &State, guide: &Guide) -> Vec<Offer> {
    match guide {
        Guide::Help(help) => of_help(state, help),
        Guide::Palette(palette) => of_palette(state, palette),
    }
}

/// The lines that contain all typed words, section by section.
pub fn of_help(state: &State, help: &Help) -> Vec<Offer> {
    let words = help.lookup.words();
    let mut offers = entries(state);
    offers.retain(|offer| {
        let text = offer.haystack().to_lowercase();
        words.iter().all(|word| text.contains(word))
    });
    let order = |offer: &Offer| Scope::ALL.iter().position(|scope| offer.is_of(&[*scope]));
    offers.sort_by_key(order);
    offers
}

/// The matches of the typed text, best first; without a text all actions, first those available at the focus.
pub fn of_palette(state: &State, palette: &Palette) -> Vec<Offer> {
    let mut all = entries(state);
    // Actions of the palette itself are not listed in it.
    let own = |entry: &Entry| entry.scope == Scope::Guide || entry.action == Action::Palette;
    all.retain(|offer| !matches!(&offer.target, OfferTarget::Entry(entry) if own(entry)));
    let wanted = palette.lookup.search.text();
    if wanted.trim().is_empty() {
        let here = state.target_beneath().scopes();
        all.sort_by_key(|offer| (offer.why.is_some(), !offer.is_of(&here)));
        return all;
    }
    let why = state.overlay.as_ref().map(|_| "a window is open: Esc closes it first");
    all.extend(fields::offers(state));
    all.extend(palette.profiles.iter().map(|row| profile(row, why)));
    rank::rank(&wanted, all, |offer| (offer.haystack(), offer.alias(&wanted)))
}
