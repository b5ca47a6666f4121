//! The documents that `apply` reads: JSON and YAML, from files, standard input and folders.

mod folder;
mod format;
mod found;
mod json;
mod limits;
mod yaml;

use crate::cli::error::CommandError;
use crate::cli::json_input::JsonInput;
use crate::yaml::YamlParts;

pub(super) use folder::{Input, inputs};
pub(super) use format::DocumentFormat;
pub(super) use found::Found;
pub(super) use limits::MAX_PROFILES;
use limits::{LONGEST_PROFILE, MAX_BYTES};

/// A file and its text.
pub(super) struct Documents<'a> {
    input: &'a Input,
    format: DocumentFormat,
    /// Whether neither a person nor the name of the file says what it is.
    is_guessed: bool,
    text: String,
}

impl<'a> Documents<'a> {
    /// Reads the text. `asked` is the format that a person names for all but the files of a folder.
    ///
    /// # Errors
    /// It cannot be read, or is too long.
    pub(super) fn read(input: &'a Input, asked: Option<DocumentFormat>) -> Result<Self, CommandError> {
        let source = JsonInput(&input.path);
        let text = source.text(MAX_BYTES).map_err(|why| refused(&source, &why))?;
        let named = asked.filter(|_| !input.of_folder).or_else(|| DocumentFormat::of_name(&input.path));
        let format = named.unwrap_or_else(|| DocumentFormat::of_text(&text));
        Ok(Self { input, format, is_guessed: named.is_none(), text })
    }

    /// Each profile's document with its path in the whole, such as `profiles[1]`; a single one needs none.
    ///
    /// # Errors
    /// It is invalid, reported with line and column, or does not describe profiles.
    pub(super) fn each(&self) -> Result<Found<'_>, CommandError> {
        let found = match self.format {
            DocumentFormat::Json => json::each(&self.text),
            DocumentFormat::Yaml => yaml::each(&self.text),
        };
        let contents = found.map_err(|mut why| {
            if self.format == DocumentFormat::Json && self.is_guessed && self.is_yaml() {
                why.push_str("; it is valid YAML: --format yaml reads it as such");
            }
            refused(&JsonInput(&self.input.path), &why)
        })?;
        Ok(Found { input: self.input, format: self.format, contents })
    }

    fn is_yaml(&self) -> bool {
        YamlParts::new(&self.text, LONGEST_PROFILE).all(|part| part.is_ok())
    }
}

fn refused(source: &JsonInput, why: &str) -> CommandError {
    CommandError::Input(format!("{source}: nothing was saved: {why}"))
}
