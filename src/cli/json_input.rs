//! JSON that a command reads: from a file, or from standard input.

use std::fmt;
use std::path::Path;

use serde_json::Value;

use crate::callback::exact;
use crate::files;

/// Where JSON comes from: a file, or standard input where it is `-`.
pub struct JsonInput<'a>(pub &'a Path);

impl JsonInput<'_> {
    /// The whole of it as one value.
    ///
    /// # Errors
    /// It cannot be read, has more than `most` bytes, or is no JSON, which is told with line and
    /// column; the caller says of what.
    pub fn read(&self, most: u64) -> Result<Value, String> {
        exact::from_str(&self.text(most)?).map_err(|error| no_json(&error))
    }

    /// The whole of it as text.
    ///
    /// # Errors
    /// It cannot be read, has more than `most` bytes, or is not UTF-8.
    pub fn text(&self, most: u64) -> Result<String, String> {
        let read = files::read_input(self.0, most).map_err(|error| format!("it cannot be read ({error})"))?;
        files::text(read).map_err(|error| error.to_string())
    }
}

/// Why it is no JSON, with line and column. Of half a surrogate pair the reader says only that the
/// escape ends.
pub fn no_json(error: &serde_json::Error) -> String {
    let text = error.to_string().replace("recursion limit exceeded", "more than 127 levels of nesting");
    let half = text.contains("surrogate") || text.starts_with("unexpected end of hex escape");
    let hint = if half { " (unpaired surrogate: \\ud800 to \\udfff must come in pairs)" } else { "" };
    format!("invalid JSON: {text}{hint}")
}

impl fmt::Display for JsonInput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == Path::new("-") { f.write_str("standard input") } else { self.0.display().fmt(f) }
    }
}
