//! The `[keys]` of the settings, as they are written: which names and keys there are, the console
//! knows.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// An action and the keys that a person wants for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The name of the action.
    pub action: String,
    /// Its keys; none leaves it without.
    pub keys: Vec<String>,
    /// File and line, to tell what is wrong with it.
    pub place: String,
}

/// Reads the table of keys, in the order of the file. What is none is told with where it stands.
pub fn read(
    value: &Spanned<DeValue>,
    place: impl Fn(usize) -> String,
    mut tell: impl FnMut(usize, String),
) -> Vec<Binding> {
    let Some(table) = value.get_ref().as_table() else {
        tell(value.span().start, "keys must be a table: [keys]".to_owned());
        return Vec::new();
    };
    let mut bindings = Vec::new();
    for (name, value) in in_order(table) {
        let at = name.span().start;
        match keys(value.get_ref()) {
            Some(keys) => {
                let action = name.get_ref().to_string();
                bindings.push(Binding { action, keys, place: place(at) });
            }
            None => tell(
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

/// The lines of a table as they stand in the file.
fn in_order<'a, 'i>(
    table: &'a DeTable<'i>,
) -> Vec<(&'a Spanned<std::borrow::Cow<'i, str>>, &'a Spanned<DeValue<'i>>)> {
    let mut lines: Vec<_> = table.iter().collect();
    lines.sort_by_key(|(name, _)| name.span().start);
    lines
}

/// Keys in a text, with blanks between them, or in a list of texts.
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
