//! The `[keys]` of the settings, as written: the keymap knows which names and keys are valid.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::names::{in_table, is_above_tables};
use super::notice::SettingsPlace;

/// An action and its keys in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The name of the action.
    pub action: String,
    /// Its keys; empty removes all of them.
    pub keys: Vec<String>,
    /// File and line, to report errors.
    pub place: SettingsPlace,
}

/// Parses the table of keys, in file order. Invalid entries are reported with their position.
pub fn read(
    value: &Spanned<DeValue>,
    place: impl Fn(usize) -> SettingsPlace,
    mut report: impl FnMut(usize, String),
) -> Vec<Binding> {
    let Some(table) = value.get_ref().as_table() else {
        report(value.span().start, "keys must be a table: [keys]".to_owned());
        return Vec::new();
    };
    let mut bindings = Vec::new();
    for (name, value) in in_order(table) {
        let at = name.span().start;
        match keys(value.get_ref()) {
            _ if is_above_tables(name.get_ref()) => report(at, in_table(name.get_ref(), "keys")),
            Some(keys) => {
                let action = name.get_ref().to_string();
                bindings.push(Binding { action, keys, place: place(at) });
            }
            None => report(
                at,
                format!(
                    "{0}: must be a string such as {0} = \"ctrl+s f2\", or a list of strings",
                    name.get_ref()
                ),
            ),
        }
    }
    bindings
}

/// The entries of a table in file order.
fn in_order<'a, 'i>(
    table: &'a DeTable<'i>,
) -> Vec<(&'a Spanned<std::borrow::Cow<'i, str>>, &'a Spanned<DeValue<'i>>)> {
    let mut lines: Vec<_> = table.iter().collect();
    lines.sort_by_key(|(name, _)| name.span().start);
    lines
}

/// Keys in a string, separated by blanks, or in a list of strings.
fn keys(value: &DeValue) -> Option<Vec<String>> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    if let Some(text) = value.as_str() {
        return Some(words(text));
    }
    let mut all = Vec::new();
    for item in value.as_array()? {
        all.extend(words(item.get_ref().as_str()?));
    }
    Some(all)
}
