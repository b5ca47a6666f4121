//! The profiles of a file.

use serde_json::Value;
use serde_json::value::RawValue;

use super::folder::Input;
use super::format::DocumentFormat;
use crate::json;
use crate::profile::document::Response;

/// A file and its profiles.
pub(in crate::cli::profiles) struct Found<'a> {
    /// Where they come from.
    pub input: &'a Input,
    pub format: DocumentFormat,
    pub contents: Contents<'a>,
}

/// The profiles of a file.
pub(in crate::cli::profiles) struct Contents<'a> {
    pub documents: Vec<Document<'a>>,
    /// Whether they are a response of the platform's API.
    pub from_platform: bool,
    /// What is not used of what surrounds them, in sentences.
    pub notes: Vec<String>,
}

impl<'a> Contents<'a> {
    pub(super) fn here(documents: Vec<Document<'a>>) -> Self {
        Self { documents, from_platform: false, notes: Vec::new() }
    }

    pub(super) fn of_platform(response: Response) -> Self {
        let document = |(place, value)| Document { place, json: DocumentText::Parsed(value) };
        let mut notes = Vec::new();
        if !response.unused.is_empty() {
            notes.push(format!("not used: {}", response.unused.join(", ")));
        }
        let count = response.profiles.len();
        if let Some(total) = response.total.filter(|total| *total > count as u64) {
            notes.push(format!("contains {count} of {total} profiles: fetch the other pages with offset"));
        }
        let documents = response.profiles.into_iter().map(document).collect();
        Self { documents, from_platform: true, notes }
    }
}

/// One profile.
pub(in crate::cli::profiles) struct Document<'a> {
    /// Its path in the whole document; empty for a single profile.
    pub place: String,
    json: DocumentText<'a>,
}

/// The JSON of a profile.
enum DocumentText<'a> {
    /// The text of the whole document, and the part that is this profile.
    Raw(&'a str, &'a RawValue),
    /// What is parsed again when its turn comes: it takes less memory until then.
    Written(String),
    Parsed(Value),
}

impl<'a> Document<'a> {
    /// A part of a text.
    pub(super) fn raw(place: String, whole: &'a str, part: &'a RawValue) -> Self {
        Self { place, json: DocumentText::Raw(whole, part) }
    }

    /// JSON that was made of another text.
    pub(super) fn written(place: String, json: String) -> Self {
        Self { place, json: DocumentText::Written(json) }
    }

    /// The only one.
    pub(super) fn only(value: Value) -> Self {
        Self { place: String::new(), json: DocumentText::Parsed(value) }
    }

    /// Parses it.
    ///
    /// # Errors
    /// It is nested too deeply, contains half a surrogate pair, or a name twice.
    pub(in crate::cli::profiles) fn value(self) -> Result<Value, String> {
        match self.json {
            DocumentText::Raw(whole, raw) => {
                json::read_part(whole, raw.get()).map_err(|error| error.to_string())
            }
            DocumentText::Written(text) => json::read(&text).map_err(|error| error.to_string()),
            DocumentText::Parsed(value) => Ok(value),
        }
    }
}
