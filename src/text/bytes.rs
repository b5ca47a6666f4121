//! Bytes from outside, as text for the log.

use std::fmt::Write as _;

/// Bytes as text: invalid UTF-8 and control characters are written as `\xNN`.
#[must_use]
pub fn escape_bytes(bytes: &[u8]) -> String {
    // Nearly all of it is plain ASCII, and need not be examined character by character.
    if let Some(text) = plain(bytes) {
        return text.to_owned();
    }
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            } else {
                out.push(c);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

fn plain(bytes: &[u8]) -> Option<&str> {
    let is_plain = bytes.iter().all(|byte| (b' '..=b'~').contains(byte));
    std::str::from_utf8(bytes).ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_text_is_escaped() {
        assert_eq!(escape_bytes("Grüße\r\n\u{1b}[2J".as_bytes()), "Grüße\\x0d\\x0a\\x1b[2J");
        assert_eq!(escape_bytes(b"a\xffb"), "a\\xffb");
    }
}
