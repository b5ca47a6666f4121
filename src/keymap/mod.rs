//! The key bindings: those of the table of actions, as changed by the settings.

mod action;
mod bind;
mod chord;
mod key;
mod reserved;
mod table;

pub use action::{Action, Scope};
pub use bind::bind;
pub use chord::Chord;
pub use key::Key;
pub use table::{Entry, TABLE};

/// The keys of each entry of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    /// Parallel to [`TABLE`].
    keys: Vec<Vec<Chord>>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self { keys: TABLE.iter().map(|entry| entry.keys().collect()).collect() }
    }
}

/// The meaning of a key at the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It runs this action.
    Does(Action),
    /// It starts a sequence of two keys.
    Begins,
}

impl Keymap {
    /// The entries of the table with their keys.
    pub fn entries(&self) -> impl Iterator<Item = (&'static Entry, &[Chord])> {
        TABLE.iter().zip(self.keys.iter().map(Vec::as_slice))
    }

    /// The keys of the entry in this line of the table.
    #[must_use]
    pub fn of(&self, line: usize) -> &[Chord] {
        self.keys.get(line).map_or(&[], Vec::as_slice)
    }

    /// The meaning of a key while these scopes are active, in order of precedence.
    #[must_use]
    pub fn resolve(&self, key: Key, scopes: &[Scope]) -> Option<Meaning> {
        scopes.iter().find_map(|scope| {
            let here = || self.entries().filter(|(entry, _)| entry.scope == *scope);
            let does = here().find(|(_, keys)| keys.iter().any(|k| k.is(key)));
            match does {
                Some((entry, _)) => Some(Meaning::Does(entry.action)),
                None if here().any(|(_, keys)| keys.iter().any(|k| k.begins_with(key))) => {
                    Some(Meaning::Begins)
                }
                None => None,
            }
        })
    }

    /// The action of two consecutive keys while these scopes are active.
    #[must_use]
    pub fn resolve_two(&self, first: Key, then: Key, scopes: &[Scope]) -> Option<Action> {
        scopes.iter().find_map(|scope| {
            let mut here = self.entries().filter(|(entry, _)| entry.scope == *scope);
            here.find(|(_, keys)| keys.iter().any(|k| k.are(first, then))).map(|(entry, _)| entry.action)
        })
    }

    /// The first key of the entry with this name, for a sentence on the screen; the name if it has no key.
    #[must_use]
    pub fn shown(&self, name: &str) -> String {
        let found = self.entries().find(|(entry, _)| entry.name == name);
        found.and_then(|(_, keys)| keys.first()).map_or_else(|| name.to_owned(), Chord::to_string)
    }

    /// All keys of an action in a scope, such as `y/Enter`.
    #[must_use]
    pub fn keys_of(&self, scope: Scope, action: Action) -> String {
        let found = self.entries().find(|(entry, _)| entry.scope == scope && entry.action == action);
        let keys = found.map_or(&[][..], |(_, keys)| keys);
        keys.iter().map(Chord::to_string).collect::<Vec<_>>().join("/")
    }

    /// A sentence with keys instead of the names in braces: `{profiles-new} makes one`.
    #[must_use]
    pub fn spell(&self, sentence: &str) -> String {
        let mut pieces = sentence.split('{');
        let mut out = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            match piece.split_once('}') {
                Some((name, rest)) => {
                    out.push_str(&self.shown(name));
                    out.push_str(rest);
                }
                None => out.push_str(piece),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::parse(text).unwrap()
    }

    #[test]
    fn the_focused_scope_takes_precedence() {
        let keys = Keymap::default();
        let scopes = [Scope::Profiles, Scope::Global, Scope::List];
        assert_eq!(keys.resolve(key("n"), &scopes), Some(Meaning::Does(Action::New)));
        assert_eq!(keys.resolve(key("t"), &scopes), Some(Meaning::Does(Action::Test)));
        assert_eq!(keys.resolve(key("g"), &scopes), Some(Meaning::Begins));
        assert_eq!(keys.resolve_two(key("g"), key("g"), &scopes), Some(Action::Top));
        assert_eq!(keys.resolve_two(key("g"), key("G"), &scopes), None);
        assert_eq!(keys.resolve(key("x"), &scopes), None);
    }

    #[test]
    fn sentences_name_the_keys_that_are_bound() {
        let keys = Keymap::default();
        assert_eq!(keys.spell("none yet: {profiles-new} creates one"), "none yet: n creates one");
        assert_eq!(keys.spell("nothing to spell"), "nothing to spell");
    }
}
