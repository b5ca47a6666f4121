//! JSON input of a command: from a file, or from standard input.

use std::fmt;
use std::path::Path;

use serde_json::Value;

use crate::{files, json};

/// The source of JSON: a file, or standard input for `-`.
pub struct JsonInput<'a>(pub &'a Path);

impl JsonInput<'_> {
    /// The whole input as one value.
    ///
    /// # Errors
    /// It cannot be read, has more than `most` bytes, or is not JSON, which is reported with line and column; the
    /// caller names the input.
    pub fn read(&self, most: u64) -> Result<Value, String> {
        json::read(&self.text(most)?).map_err(|error| error.to_string())
    }

    /// The whole input as text.
    ///
    /// # Errors
    /// It cannot be read, has more than `most` bytes, or is not UTF-8.
    pub fn text(&self, most: u64) -> Result<String, String> {
        let read = files::read_input(self.0, most).map_err(|error| error.with_fix())?;
        files::text(read).map_err(|error| error.to_string())
    }
}

impl fmt::Display for JsonInput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == Path::new("-") { f.write_str("standard input") } else { self.0.display().fmt(f) }
    }
}
