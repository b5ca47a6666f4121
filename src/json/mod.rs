//! JSON that people and programs give: events, values, profiles, samples. Read without loss, and each
//! mistake reported with its place and its fix.
//!
//! What Ringback stored itself, and what an endpoint sends, is read by `serde_json` alone.

mod error;
pub mod exact;
mod literal;
mod scan;

use serde_json::Value;

pub use error::JsonError;
use scan::Scan;

/// Reads JSON: the text of its numbers is kept, and a name that occurs twice in one object is an error,
/// because one of the two values would be lost.
///
/// # Errors
/// The first mistake.
pub fn read(text: &str) -> Result<Value, JsonError> {
    read_part(text, text)
}

/// As [`read`], of a part of a text: errors count lines and columns from the start of the whole.
///
/// # Errors
/// The first mistake in the part.
pub fn read_part(whole: &str, part: &str) -> Result<Value, JsonError> {
    exact::unique(part).map_err(|error| {
        let (before, text) = offset_of(whole, part).map_or((0, part), |at| (at, &whole[..at + part.len()]));
        let scanned = Scan::new(text, before).run();
        scanned.syntax.err().or(scanned.repeated).unwrap_or_else(|| JsonError::other(&error))
    })
}

/// What is wrong with a text that is not JSON, by the error with which `serde_json` refused it. Repeated
/// names are no mistake here.
#[must_use]
pub fn mistake(text: &str, error: &serde_json::Error) -> JsonError {
    Scan::new(text, 0).run().syntax.err().unwrap_or_else(|| JsonError::other(error))
}

/// Where a slice of a text starts in it.
fn offset_of(whole: &str, part: &str) -> Option<usize> {
    let at = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    (whole.get(at..at.checked_add(part.len())?)? == part).then_some(at)
}

#[cfg(test)]
mod tests;
