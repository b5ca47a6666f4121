//! Words that a POSIX shell reads as exactly these bytes.

use std::fmt::Write as _;

use crate::text::is_hidden;

/// One word of a command: in single quotes, or from `printf` where it holds what a terminal or an
/// eye would take for something else. It must hold no NUL and not end with a line feed there, which
/// headers and URLs never do.
pub(super) fn word(text: &str) -> String {
    if is_seen(text) { quoted(text) } else { format!("\"$(printf {})\"", format_of(text.as_bytes())) }
}

/// Whether a body can be an argument as it stands: no argument can hold NUL, nor (on Linux) more
/// than 128 KiB.
pub(super) fn fits_argument(bytes: &[u8]) -> Option<&str> {
    const MOST: usize = 100_000;
    std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MOST && is_seen(&text.replace('\n', "")))
}

/// The text in single quotes, in which nothing has a meaning; a quote itself stands outside.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The format for `printf` that writes these bytes: octal escapes, as every shell has them.
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

/// Whether every character is seen: a pasted control character drives the terminal, and one that
/// turns the direction of writing shows another command than the one that runs.
fn is_seen(text: &str) -> bool {
    !text.chars().any(is_hidden)
}
