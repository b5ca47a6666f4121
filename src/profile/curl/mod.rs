//! A curl command becomes the fields of a profile: the inverse of `preview --curl`.
//!
//! Read are commands as browsers copy them (for POSIX shells and for the Windows command prompt), as Postman and
//! documentation write them, and as `preview --curl` does. Nothing is run. What a profile has no place for is named in
//! a note; a command that would send another request than a profile can is an error.

mod arguments;
mod body;
mod cmd_words;
mod collected;
mod command;
mod error;
mod imported;
mod inputs;
mod multipart;
mod options;
mod request;
mod shell_words;

pub use error::CurlError;
pub use imported::ImportedCurl;
pub use inputs::{CurlInputs, NoInputs};

/// Whether a pasted text is a curl command.
#[must_use]
pub fn is_curl(text: &str) -> bool {
    let text = text.trim_start();
    let text = text.strip_prefix("$ ").unwrap_or(text);
    let first = text.split_whitespace().next().unwrap_or("");
    matches!(first, "curl" | "curl.exe") && text.len() > first.len()
}

/// Reads a command. With `literal`, text such as `<b>` is sent as it is; otherwise it is a placeholder.
///
/// # Errors
/// It is not one curl command, or makes a request that no profile can.
pub fn read_curl(text: &str, literal: bool, inputs: &dyn CurlInputs) -> Result<ImportedCurl, CurlError> {
    // A terminal ends the lines of a paste with carriage returns alone.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let command = command::read(&text, inputs)?;
    request::of(command, literal, inputs)
}

#[cfg(test)]
mod tests;
