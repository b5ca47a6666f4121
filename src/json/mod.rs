//! JSON from people and programs: events, values, profiles, samples. Parsed without loss; each error is reported with
//! its position and its fix.
//!
//! JSON that Ringback stored itself, and JSON from endpoints, is parsed by `serde_json` alone.

mod error;
pub mod exact;
mod literal;
mod scan;

use serde_json::Value;

pub use error::JsonError;
use scan::Scan;

/// Parses JSON: the text of its numbers is kept, and a name that occurs twice in one object is an error, because one
/// of the two values would be lost.
///
/// # Errors
/// The first error.
pub fn read(text: &str) -> Result<Value, JsonError> {
    read_part(text, text)
}

/// As [`read`], for a part of a text: errors count lines and columns from the start of the whole text.
///
/// # Errors
/// The first error in the part.
pub fn read_part(whole: &str, part: &str) -> Result<Value, JsonError> {
    exact::unique(part).map_err(|error| {
        let (before, text) = offset_of(whole, part).map_or((0, part), |at| (at, &whole[..at + part.len()]));
        let scanned = Scan::new(text, before).run();
        scanned.syntax.err().or(scanned.repeated).unwrap_or_else(|| JsonError::other(&error))
    })
}

/// Describes the error in a text that `serde_json` rejected with this error. Repeated names are not an error here.
#[must_use]
pub fn mistake(text: &str, error: &serde_json::Error) -> JsonError {
    Scan::new(text, 0).run().syntax.err().unwrap_or_else(|| JsonError::other(error))
}

/// The offset of a slice within a text.
fn offset_of(whole: &str, part: &str) -> Option<usize> {
    let at = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    (whole.get(at..at.checked_add(part.len())?)? == part).then_some(at)
}

#[cfg(test)]
mod tests;
