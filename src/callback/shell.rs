//! Words that a POSIX shell reads as exactly these bytes.

use std::fmt::Write as _;

use crate::text::is_hidden;

/// One word of a command: in single quotes, or from `printf` if it contains control characters or invisible ones. In
/// that case it must not contain NUL or end with a line feed, which headers and URLs never do.
pub(super) fn word(text: &str) -> String {
    if is_seen(text) { quoted(text) } else { format!("\"$(printf {})\"", format_of(text.as_bytes())) }
}

/// Whether a body can be an argument unchanged: no argument can contain NUL, nor (on Linux) more than 128 KiB.
pub(super) fn fits_argument(bytes: &[u8]) -> Option<&str> {
    const MAX_ARGUMENT_BYTES: usize = 100_000;
    std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.len() <= MAX_ARGUMENT_BYTES && is_seen(&text.replace('\n', "")))
}

/// The text in single quotes, in which nothing is special; a quote itself is outside of them.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The format string with which `printf` writes these bytes: octal escapes, which every shell supports.
pub(super) fn format_of(bytes: &[u8]) -> String {
    let mut format = String::from("'");
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            // At the start it would begin an option.
            b'-' if at == 0 => format.push_str("\\055"),
            b'\n' => format.push_str("\\n"),
            b'\r' => format.push_str("\\r"),
            b'\t' => format.push_str("\\t"),
            b'%' => format.push_str("%%"),
            b'\\' => format.push_str("\\\\"),
            b'\'' => format.push_str("'\\''"),
            b' '..=b'~' => format.push(char::from(*byte)),
            // Writing to a String cannot fail.
            other => _ = write!(format, "\\{other:03o}"),
        }
    }
    format.push('\'');
    format
}

/// Whether every character is visible: a pasted control character takes effect in the terminal, and a bidirectional
/// control shows another command than the one that runs.
fn is_seen(text: &str) -> bool {
    !text.chars().any(is_hidden)
}
