//! The JSON that `apply` reads: of one profile, or of many.

use std::fmt;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use crate::cli::error::CommandError;

/// Where the JSON comes from: a file, or standard input where it is `-`.
pub(super) struct Source<'a>(pub(super) &'a Path);

impl Source<'_> {
    /// Each profile's JSON with its place in the whole, such as `profiles[1]`; one alone needs none.
    ///
    /// # Errors
    /// It cannot be read, or is no JSON, which is told with line and column.
    pub(super) fn values(&self) -> Result<Vec<(String, Value)>, CommandError> {
        let refused = |why: String| CommandError::Input(format!("{self}: nothing was saved: {why}"));
        let bytes = self.read().map_err(|error| refused(format!("it cannot be read ({error})")))?;
        // Some editors put a byte order mark first, which JSON does not have.
        let json = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let value = serde_json::from_slice(json).map_err(|error| refused(no_json(&error)))?;
        match value {
            Value::Array(many) => {
                let place = |(at, value)| (format!("profiles[{at}]"), value);
                Ok(many.into_iter().enumerate().map(place).collect())
            }
            Value::Object(_) => Ok(vec![(String::new(), value)]),
            _ => Err(refused("an object, or an array of objects, is needed".to_owned())),
        }
    }

    fn read(&self) -> std::io::Result<Vec<u8>> {
        if self.0 != Path::new("-") {
            return std::fs::read(self.0);
        }
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Why it is no JSON, with line and column. Of half a surrogate pair the reader says only that the
/// escape ends.
fn no_json(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let half = text.contains("surrogate") || text.starts_with("unexpected end of hex escape");
    let hint =
        if half { " (a surrogate without its other half: \\ud800 to \\udfff go in pairs)" } else { "" };
    format!("no JSON: {text}{hint}")
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == Path::new("-") { f.write_str("standard input") } else { self.0.display().fmt(f) }
    }
}
