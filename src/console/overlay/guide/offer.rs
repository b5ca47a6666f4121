//! A line of help and palette: what it does, by which keys, and why it cannot be done now.

use std::borrow::Cow;

use crate::console::possible;
use crate::console::state::State;
use crate::keymap::{Entry, Scope, TABLE};
use crate::profile::ProfileId;
use crate::store::ProfileRow;

/// What a line stands for.
#[derive(Debug, Clone)]
pub enum Target {
    /// An action of the table.
    Entry(&'static Entry),
    /// Going to a profile.
    Profile(ProfileId),
}

/// A line.
#[derive(Debug, Clone)]
pub struct Offer {
    pub target: Target,
    /// What it does.
    pub text: String,
    /// Where.
    pub place: &'static str,
    /// Its keys as they are bound.
    pub keys: String,
    /// Its name in the settings, or the id of the profile.
    pub name: String,
    /// Why it cannot be done now.
    pub why: Option<String>,
}

impl Offer {
    /// Whether it is an action of one of these scopes.
    pub fn is_of(&self, scopes: &[Scope]) -> bool {
        matches!(&self.target, Target::Entry(entry) if scopes.contains(&entry.scope))
    }

    /// The words that count most in a search: the name in the settings, or the title.
    pub fn alias(&self) -> String {
        match &self.target {
            Target::Entry(entry) => format!("{} {}", entry.short, self.name),
            Target::Profile(_) => self.text.clone(),
        }
    }

    /// All that it can be found by.
    pub fn haystack(&self) -> String {
        let short = match &self.target {
            Target::Entry(entry) => entry.short,
            Target::Profile(_) => "",
        };
        format!("{} {short} {} {} {}", self.text, self.place, self.name, self.keys)
    }
}

/// Every entry of the table, in its order.
pub fn entries(state: &State) -> Vec<Offer> {
    let keymap = &state.settings.keys;
    let line = |(at, entry): (usize, &'static Entry)| {
        let keys: Vec<String> = keymap.of(at).iter().map(ToString::to_string).collect();
        Offer {
            target: Target::Entry(entry),
            text: entry.long.to_owned(),
            place: entry.scope.title(),
            keys: keys.join(" "),
            name: entry.name(),
            why: possible::why_not_from_here(state, entry).map(Cow::into_owned),
        }
    };
    TABLE.iter().enumerate().map(line).collect()
}

/// A profile to go to.
pub fn profile(row: &ProfileRow, why: Option<&str>) -> Offer {
    Offer {
        target: Target::Profile(row.id.clone()),
        text: format!("Go to profile {}", row.title),
        place: "Profiles",
        keys: String::new(),
        name: row.id.to_string(),
        why: why.map(str::to_owned),
    }
}
