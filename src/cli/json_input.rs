//! JSON that a command reads: from a file, or from standard input.

use std::fmt;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use crate::callback::exact;

/// Where JSON comes from: a file, or standard input where it is `-`.
pub struct JsonInput<'a>(pub &'a Path);

impl JsonInput<'_> {
    /// The whole of it as one value.
    ///
    /// # Errors
    /// Why it cannot be read, or is no JSON, with line and column; the caller says of what.
    pub fn read(&self) -> Result<Value, String> {
        let bytes = self.bytes().map_err(|error| format!("it cannot be read ({error})"))?;
        // Some editors put a byte order mark first, which JSON does not have.
        let json = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let text = std::str::from_utf8(json).map_err(|error| format!("it is not UTF-8 ({error})"))?;
        exact::from_str(text).map_err(|error| no_json(&error))
    }

    fn bytes(&self) -> std::io::Result<Vec<u8>> {
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
pub fn no_json(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let half = text.contains("surrogate") || text.starts_with("unexpected end of hex escape");
    let hint =
        if half { " (a surrogate without its other half: \\ud800 to \\udfff go in pairs)" } else { "" };
    format!("no JSON: {text}{hint}")
}

impl fmt::Display for JsonInput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == Path::new("-") { f.write_str("standard input") } else { self.0.display().fmt(f) }
    }
}
