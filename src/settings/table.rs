//! A table of the settings file, such as `[api]`.

use toml::Spanned;
use toml::de::DeValue;

/// Parses a table entry by entry. Invalid ones are reported with their position; the others are used.
pub(super) fn read<T: Default>(
    table: &str,
    value: &Spanned<DeValue>,
    set: impl Fn(&mut T, &str, &DeValue) -> Result<(), String>,
    mut report: impl FnMut(usize, String),
) -> T {
    let mut settings = T::default();
    let Some(entries) = value.get_ref().as_table() else {
        report(value.span().start, format!("{table} must be a table: [{table}]"));
        return settings;
    };
    for (name, value) in entries {
        let (name, at) = (name.get_ref().as_ref(), name.span().start);
        if let Err(what) = set(&mut settings, name, value.get_ref()) {
            report(at, what);
        }
    }
    settings
}
