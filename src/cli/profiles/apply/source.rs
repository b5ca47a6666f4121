//! The JSON that `apply` reads: one profile, or many, parsed one at a time.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::cli::error::CommandError;
use crate::cli::json_input::JsonInput;
use crate::json;
use crate::profile::document::{Response, response};

use super::folder::Input;

/// The largest input, in bytes (our decision): more than 10 000 profiles of one to three kilobytes.
const MAX_BYTES: u64 = 32 << 20;

/// The largest profile among many, in bytes (our decision): a parsed document takes up to thirty times the memory of
/// its text.
const LONGEST_PROFILE: usize = 4 << 20;

/// The maximum number of profiles in a document (our decision): empty ones take more memory than their text.
pub(super) const MAX_PROFILES: usize = 100_000;

/// The text of each profile of an array, [`MAX_PROFILES`] at most.
struct Many<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Many<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(ManyVisitor)
    }
}

struct ManyVisitor;

impl<'de> Visitor<'de> for ManyVisitor {
    type Value = Many<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of profiles")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Many<'de>, A::Error> {
        let mut many = Vec::new();
        while let Some(raw) = from.next_element()? {
            if many.len() == MAX_PROFILES {
                return Err(A::Error::custom(format!("more than {MAX_PROFILES} profiles")));
            }
            many.push(raw);
        }
        Ok(Many(many))
    }
}

/// A file and its text.
pub(super) struct Documents<'a> {
    input: &'a Input,
    text: String,
}

impl<'a> Documents<'a> {
    /// Reads the text.
    ///
    /// # Errors
    /// It cannot be read, or is too long.
    pub(super) fn read(input: &'a Input) -> Result<Self, CommandError> {
        let source = JsonInput(&input.path);
        let text = source.text(MAX_BYTES).map_err(|why| refused(&source, &why))?;
        Ok(Self { input, text })
    }

    /// Each profile's JSON with its path in the whole document, such as `profiles[1]`; a single one needs none.
    ///
    /// # Errors
    /// It is invalid JSON, reported with line and column, or does not describe profiles.
    pub(super) fn each(&self) -> Result<Found<'_>, CommandError> {
        let Self { input, text } = self;
        let source = &JsonInput(&input.path);
        let broken = |error: serde_json::Error| {
            let why =
                if error.is_data() { error.to_string() } else { json::mistake(text, &error).to_string() };
            refused(source, &why)
        };
        match text.trim_start().as_bytes().first() {
            Some(b'[') => {
                let Many(many) = serde_json::from_str(text).map_err(broken)?;
                if let Some(at) = many.iter().position(|raw| raw.get().len() > LONGEST_PROFILE) {
                    let why = format!("profiles[{at}] has more than {LONGEST_PROFILE} bytes");
                    return Err(refused(source, &why));
                }
                let place = |at| format!("profiles[{at}]");
                let document = |(at, raw)| Document { place: place(at), json: Json::Raw(text, raw) };
                Ok(Found::here(input, many.into_iter().enumerate().map(document).collect()))
            }
            Some(b'{') if text.len() > LONGEST_PROFILE => {
                Err(refused(source, &format!("the profile has more than {LONGEST_PROFILE} bytes")))
            }
            Some(b'{') => {
                // Parsed here as well, to report errors with line and column.
                let value = json::read(text).map_err(|error| refused(source, &error.to_string()))?;
                if let Some(response) = response(&value).map_err(|why| refused(source, &why))? {
                    return Ok(Found::of_platform(input, response));
                }
                Ok(Found::here(input, vec![Document { place: String::new(), json: Json::Parsed(value) }]))
            }
            _ => {
                serde_json::from_str::<&RawValue>(text).map_err(broken)?;
                Err(refused(source, "must be an object or an array of objects"))
            }
        }
    }
}

/// The profiles of a file.
pub(super) struct Found<'a> {
    /// Where they come from.
    pub input: &'a Input,
    pub documents: Vec<Document<'a>>,
    /// Whether they are a response of the platform's API.
    pub from_platform: bool,
    /// What is not used of what surrounds them, in sentences.
    pub notes: Vec<String>,
}

impl<'a> Found<'a> {
    fn here(input: &'a Input, documents: Vec<Document<'a>>) -> Self {
        Self { input, documents, from_platform: false, notes: Vec::new() }
    }

    fn of_platform(input: &'a Input, response: Response) -> Self {
        let document = |(place, value)| Document { place, json: Json::Parsed(value) };
        let mut notes = Vec::new();
        if !response.unused.is_empty() {
            notes.push(format!("not used: {}", response.unused.join(", ")));
        }
        let count = response.profiles.len();
        if let Some(total) = response.total.filter(|total| *total > count as u64) {
            notes.push(format!("contains {count} of {total} profiles: fetch the other pages with offset"));
        }
        let documents = response.profiles.into_iter().map(document).collect();
        Self { input, documents, from_platform: true, notes }
    }
}

/// The JSON of one profile.
pub(super) struct Document<'a> {
    /// Its path in the whole document; empty for a single profile.
    pub place: String,
    json: Json<'a>,
}

enum Json<'a> {
    /// The text of the whole document, and the part that is this profile.
    Raw(&'a str, &'a RawValue),
    Parsed(Value),
}

impl Document<'_> {
    /// Parses it.
    ///
    /// # Errors
    /// It is nested too deeply, contains half a surrogate pair, or a name twice.
    pub(super) fn value(self) -> Result<Value, String> {
        match self.json {
            Json::Raw(whole, raw) => json::read_part(whole, raw.get()).map_err(|error| error.to_string()),
            Json::Parsed(value) => Ok(value),
        }
    }
}

fn refused(source: &JsonInput, why: &str) -> CommandError {
    CommandError::Input(format!("{source}: nothing was saved: {why}"))
}
