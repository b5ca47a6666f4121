//! Warns about values that no placeholder of the profile takes: samples fill in missing values, so that a misspelled
//! name would otherwise go unnoticed. And about placeholders without a value, which send nothing in their place.

use std::path::Path;

use serde_json::{Map, Value};

use super::json_input::JsonInput;
use super::output::eprint_line;
use crate::intake::missing;
use crate::intake::unused_values::{of_setting, of_values};
use crate::profile::Profile;
use crate::profile::catalogue::Variable;

/// Warns that no placeholder takes a variable that was set.
pub fn warn_about_setting(profile: &Profile, name: &str) {
    if let Some(message) = of_setting(profile, name) {
        eprint_line(&format!("ringback: note: {message}"));
    }
}

/// Warns about names in a values file that were probably meant for a placeholder. `known` are the variables of the
/// event.
pub fn warn_about_file(profile: &Profile, file: &Path, members: &Map<String, Value>, known: &[Variable]) {
    if let Some(message) = of_values(profile, members, known) {
        eprint_line(&format!("ringback: note: {}: {message}", JsonInput(file)));
    }
}

/// Warns about the variables of the profile without a value, if there are any.
pub fn warn_about_missing<'a>(paths: impl IntoIterator<Item = &'a str>) {
    let mut paths = paths.into_iter().peekable();
    if paths.peek().is_some() {
        eprint_line(&format!("ringback: note: no value for {}: --set gives one", missing::named(paths)));
    }
}
