//! The JSON that `apply` reads: of one profile, or of many, one parsed at a time.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::callback::exact;
use crate::cli::error::CommandError;
use crate::cli::json_input::{JsonInput, no_json};

/// Most bytes that are read (our decision): more than 10 000 profiles of a kilobyte or three.
const LONGEST: u64 = 32 << 20;

/// Most bytes of one profile among many (our decision): a parsed document takes up to thirty times the
/// memory of its text.
const LONGEST_PROFILE: usize = 4 << 20;

/// The text of the whole.
pub(super) struct Documents(String);

impl Documents {
    /// Reads the text.
    ///
    /// # Errors
    /// It cannot be read, or is too long.
    pub(super) fn read(source: &JsonInput) -> Result<Self, CommandError> {
        source.text(LONGEST).map(Self).map_err(|why| refused(source, &why))
    }

    /// Each profile's JSON with its place in the whole, such as `profiles[1]`; one alone needs none.
    ///
    /// # Errors
    /// It is no JSON, which is told with line and column, or something else than profiles.
    pub(super) fn each(&self, source: &JsonInput) -> Result<Vec<Document<'_>>, CommandError> {
        let text = self.0.as_str();
        let broken = |error| refused(source, &no_json(&error));
        match text.trim_start().as_bytes().first() {
            Some(b'[') => {
                let many: Vec<&RawValue> = serde_json::from_str(text).map_err(broken)?;
                if let Some(at) = many.iter().position(|raw| raw.get().len() > LONGEST_PROFILE) {
                    let why = format!("profiles[{at}] has more than {LONGEST_PROFILE} bytes");
                    return Err(refused(source, &why));
                }
                Ok(many.into_iter().enumerate().map(|(at, raw)| Document { at: Some(at), raw }).collect())
            }
            Some(b'{') if text.len() > LONGEST_PROFILE => {
                Err(refused(source, &format!("the profile has more than {LONGEST_PROFILE} bytes")))
            }
            Some(b'{') => {
                // Parsed here as well, to tell what is wrong with line and column.
                exact::from_str(text).map_err(broken)?;
                let raw = serde_json::from_str(text).map_err(broken)?;
                Ok(vec![Document { at: None, raw }])
            }
            _ => {
                serde_json::from_str::<&RawValue>(text).map_err(broken)?;
                Err(refused(source, "an object, or an array of objects, is needed"))
            }
        }
    }
}

/// The JSON of one profile.
pub(super) struct Document<'a> {
    at: Option<usize>,
    raw: &'a RawValue,
}

impl Document<'_> {
    /// Its place in the whole; nothing where it is alone.
    pub(super) fn place(&self) -> String {
        self.at.map(|at| format!("profiles[{at}]")).unwrap_or_default()
    }

    /// Parses it.
    ///
    /// # Errors
    /// It is nested too deep, or has half a surrogate pair; line and column count from its own start.
    pub(super) fn value(&self) -> Result<Value, String> {
        exact::from_str(self.raw.get()).map_err(|error| no_json(&error))
    }
}

fn refused(source: &JsonInput, why: &str) -> CommandError {
    CommandError::Input(format!("{source}: nothing was saved: {why}"))
}
