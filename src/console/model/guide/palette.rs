//! The palette: type a few letters of an action or of a profile's title, and Enter runs it.

use crate::console::model::guide::lookup::Lookup;
use crate::console::model::profiles::ProfileList;
use crate::storage::ProfileRow;

/// How many profiles are offered, of those with matching titles.
const PROFILES: usize = 20;

/// The prefix of a title.
const GO_TO: &str = "go to profile";

/// The palette.
#[derive(Debug)]
pub struct Palette {
    pub(in crate::console) lookup: Lookup,
    /// Profiles whose titles match, found when the search was typed: there may be a hundred thousand profiles.
    pub(in crate::console) profiles: Vec<ProfileRow>,
}

impl Default for Palette {
    fn default() -> Self {
        Self { lookup: Lookup::new(true), profiles: Vec::new() }
    }
}

impl Palette {
    /// Finds the profiles whose titles contain the typed words.
    pub fn find_profiles(&mut self, profiles: &ProfileList) {
        let typed = self.lookup.search.text().to_ascii_lowercase();
        let mut words: Vec<String> = typed.split_whitespace().map(str::to_owned).collect();
        words.retain(|word| !GO_TO.contains(word.as_str()));
        let most = if words.is_empty() { 0 } else { PROFILES };
        self.profiles = profiles.titled(&words).take(most).cloned().collect();
    }
}
